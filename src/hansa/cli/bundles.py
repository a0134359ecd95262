"""Commands about bundles: write what proves a study into one file, and check such a file anywhere."""

from pathlib import Path
from typing import Annotated

import typer

from hansa.cli.session import JsonOption, enter, find


def verify(
    file: Annotated[Path, typer.Argument(help="A bundle that hansa studies export wrote.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Check a bundle without any node: agreement, signatures, decisions, letters, receipts, proofs."""
    from hansa.cli import output
    from hansa.lib import bundle

    report = bundle.verify(file.read_bytes())
    output.record(report, as_json=as_json)


def export(
    key: Annotated[str, typer.Argument(metavar="ID", help="id, URN or the beginning of it")],
    file: Annotated[Path, typer.Argument(help="The file to write.")],
) -> None:
    """Write everything that proves a study into one file."""
    enter()
    from hansa.kernel import bundles

    file.write_bytes(bundles.export(find("studies", key)))
    typer.echo(f"Written: {file}. Anyone can check it with: hansa verify {file}")
