"""The commands by name. Nothing here imports Django: a noun's verbs are derived when it is asked for."""

from collections.abc import Callable
from typing import Annotated

import typer

from hansa.cli import backups, bundles, conversion, leaving, ledgers, nodes, people, protocols, quality, reports
from hansa.cli.groups import GROUPS, AreaGroup
from hansa.cli.nouns import NOUNS, NounGroup

app = typer.Typer(
    name="hansa",
    help="Institutions that signed a memorandum of understanding carry it out, each on its own node.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def about(
    _node: Annotated[
        str, typer.Option("--node", metavar="DIRECTORY", help="The node to work for; else HANSA_NODE, else ./node.")
    ] = "",
) -> None:
    """Institutions that signed a memorandum of understanding carry it out, each on its own node."""


@app.command()
def demo(
    *,
    directory: Annotated[str, typer.Option(help="Where the three nodes are made; a temporary place if left out.")] = "",
    port: Annotated[int, typer.Option(help="The first of three ports on this machine.")] = 8701,
    leave: Annotated[bool, typer.Option("--exit", help="End when the result is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    keep: Annotated[bool, typer.Option(help="Leave the three node directories behind.")] = False,
    exchange: Annotated[
        bool | None, typer.Option(help="Play the exchange of students and staff; left out where the demo ends at once.")
    ] = None,
    cohorts: Annotated[
        bool | None, typer.Option(help="Play the study of cohorts on OMOP; left out where the demo ends at once.")
    ] = None,
) -> None:
    """Three hospitals sign a memorandum, compute one joint study and exchange people, on this machine."""
    from hansa.cli.demo import run

    run(directory=directory, port=port, leave=leave, as_json=as_json, keep=keep, exchange=exchange, cohorts=cohorts)


app.command()(nodes.init)
app.command()(nodes.serve)
app.command()(nodes.worker)
app.command()(backups.backup)
app.command()(backups.restore)
app.command()(nodes.rotate)
app.command()(bundles.verify)
app.command(add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(
    nodes.manage
)

#: Commands that were written by hand, because they need no node, begin something, or say more than their action.
WRITTEN: dict[str, tuple[Callable[..., None], ...]] = {
    "partners": (people.invite, people.accept),
    "people": (people.add,),
    "studies": (
        protocols.check,
        protocols.rehearse,
        protocols.template,
        leaving.leaves,
        reports.report,
        bundles.exporting("studies"),
    ),
    "mobilities": (bundles.exporting("mobilities"),),
}

for _noun, _help in NOUNS.items():
    _group = typer.Typer(cls=NounGroup, help=_help, no_args_is_help=True, rich_markup_mode=None)
    for _command in WRITTEN.get(_noun, ()):
        _group.command()(_command)
    app.add_typer(_group, name=_noun)

for _name, _help in GROUPS.items():
    app.add_typer(typer.Typer(cls=AreaGroup, help=_help, no_args_is_help=True, rich_markup_mode=None), name=_name)

_ledger = typer.Typer(help="The ledger of this node: what happened, and the proof of it.", no_args_is_help=True)
_ledger.command()(ledgers.verify)
_ledger.command()(ledgers.show)
app.add_typer(_ledger, name="ledger")

_data = typer.Typer(help="The hospital's own data: connect them to this node.", no_args_is_help=True)
_data.command("add")(people.add_data)
_data.command("check")(quality.check_data)
_data.command("convert")(conversion.convert_data)
app.add_typer(_data, name="data")
