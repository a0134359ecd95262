"""Commands that take a copy of the node and bring it back."""

from pathlib import Path
from typing import Annotated

import typer

from hansa.cli.session import enter
from hansa.lib.errors import InvalidError

PassphraseOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The passphrase for the keys stands in this file, on its first line."),
]


def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy is written; a new file.")],
    *,
    with_data: Annotated[bool, typer.Option("--with-data", help="Put the research data in as well.")] = False,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Put the private keys in as well, under a passphrase.")
    ] = False,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Write a copy of the whole node into one file, while it runs."""
    enter()
    from hansa.kernel import backup as copies

    if with_keys != bool(passphrase_file):
        raise InvalidError(
            "Keys leave the node only under a passphrase.", "Give both --with-keys and --passphrase-file, or neither."
        )
    made = copies.backup(file.absolute(), data=with_data, passphrase=passphrase(passphrase_file))
    typer.echo(f"{file} is a copy of {made.about}.")
    typer.echo(
        "The private keys are inside, under the passphrase." if with_keys else "The private keys are not inside."
    )


def restore(
    file: Annotated[Path, typer.Argument(help="A copy that hansa backup wrote.")],
    directory: Annotated[Path, typer.Argument(help="The directory of the node: a new one, or the one to be replaced.")],
    *,
    passphrase_file: PassphraseOption = None,
    declare_loss: Annotated[
        str, typer.Option(metavar="REASON", help="The copy is too old and there is no newer one; tell all partners.")
    ] = "",
    without: Annotated[
        list[str] | None, typer.Option(metavar="INSTITUTION", help="Do without a partner's word, and block it.")
    ] = None,
    database: Annotated[
        str, typer.Option(metavar="URL", help="The empty PostgreSQL database to fill, where the copy is of one.")
    ] = "",
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for partners that only dial out.")] = 60.0,
) -> None:
    """Bring a node back from a copy, unless it is older than what partners have seen."""
    from hansa.node.restore import Wish, said_without
    from hansa.node.restore import restore as bring_back

    wish = Wish(
        passphrase=passphrase(passphrase_file),
        loss=declare_loss,
        without=said_without(without or ()),
        seconds=wait,
        database=database,
        say=typer.echo,
    )
    made = bring_back(file.absolute(), directory, wish=wish)
    typer.echo(f"{directory} is {made.about}.")
    typer.echo(f"Next: hansa --node {directory} serve")


def passphrase(file: Path | None) -> str:
    """Return the passphrase in a file."""
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8").splitlines()[0].strip()
    except (OSError, UnicodeDecodeError, IndexError) as wrong:
        raise InvalidError(f"{file} holds no passphrase.", "Write it on the first line of a text file.") from wrong
