"""Commands about bundles: write what proves a joint record into one file, and check such a file anywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from hansa.cli.session import JsonOption, enter, find
from hansa.lib.errors import InvalidError, ProofError


def verify(
    file: Annotated[Path, typer.Argument(help="A bundle, as hansa studies export or the page of a record gives it.")],
    *,
    trust: Annotated[
        list[str] | None, typer.Option(metavar="FINGERPRINT", help="Of an institution, told by itself; once for each.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a bundle without any node: agreement, signatures, decisions, letters, receipts, proofs."""
    enter(made=False)
    from hansa.cli import output
    from hansa.kernel import bundles

    report = bundles.verify(read(file), trusted=trust or None)
    checks = [
        {"check": one.title, "outcome": one.outcome, "detail": one.detail, "remedy": one.remedy}
        for one in report.checks
    ]
    output.rows(checks, title="checks", as_json=as_json)
    if (fault := report.first_fault) is not None:
        raise ProofError(f"{file.name} does not hold: {fault.title}: {fault.detail}", fault.remedy)


def read(file: Path) -> bytes:
    """Return what is in a file."""
    try:
        return file.read_bytes()
    except OSError as wrong:
        raise InvalidError(
            f"{file} cannot be read ({type(wrong).__name__}).", "Check its name and whose it is."
        ) from wrong


def exporting(noun: str) -> Callable[[str, Path], None]:
    """Return the command that exports joint records of one kind."""

    def export(
        key: Annotated[str, typer.Argument(metavar="ID", help="id, URN or the beginning of it")],
        file: Annotated[Path, typer.Argument(help="The file to write.")],
    ) -> None:
        enter()
        from hansa.kernel import bundles

        file.write_bytes(bundles.export(find(noun, key)))
        typer.echo(f"Written: {file}. Anyone can check it with: hansa verify {file}")

    export.__doc__ = f"Write everything that proves what happened to one of the {noun} into one file."
    return export
