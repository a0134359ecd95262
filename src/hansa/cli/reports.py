"""Write the report of a released study into a file: to print, or to keep with its proof."""

from pathlib import Path
from typing import Annotated

import typer

from hansa.cli.session import ByOption, actor, enter, find
from hansa.lib.errors import InvalidError, RefusedError

KINDS = (".pdf", ".zip")


def report(
    key: Annotated[str, typer.Argument(metavar="ID", help="id, URN or the beginning of it")],
    file: Annotated[Path, typer.Argument(help="FILE.pdf, or FILE.zip for the archive (Five Safes RO-Crate).")],
    *,
    by: ByOption,
) -> None:
    """Write the report of a released study into a PDF, or with result, protocol and proof into an archive."""
    if file.suffix.lower() not in KINDS:
        raise InvalidError(f"{file.name} is neither a PDF nor a zip file.", "Name it FILE.pdf or FILE.zip.")
    enter()
    from hansa.web import report as reports
    from hansa.web.report_archive import crate
    from hansa.web.report_pdf import pdf

    record = find("studies", key)
    if record.state != "released" or not record.proof():
        raise RefusedError("The study has no released result.", "Wait until every party has signed it.")
    found = reports.facts(record, actor(by))
    file.write_bytes(pdf(found) if file.suffix.lower() == ".pdf" else crate(found))
    typer.echo(f"Written: {file}.")
