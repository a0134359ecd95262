"""Commands about the ledger of this node."""

from typing import Annotated

import typer

from hansa.cli.session import JsonOption, enter
from hansa.lib.errors import ProofError


def verify() -> None:
    """Recompute the whole ledger and say the first thing that does not hold."""
    enter()
    from hansa.kernel import ledger, replay

    if faults := [*ledger.verify(), *replay.faults()]:
        raise ProofError("\n".join(map(str, faults)), "Stop this node and restore the newest backup, or ask a partner.")
    told = "every one of them holds, so does what partners cosigned, and every record stands as they tell."
    typer.echo(f"{ledger.size()} entries; {told}")
    typer.echo(ledger.checkpoint())


def show(
    last: Annotated[int, typer.Option(min=1, help="How many entries, the newest.")] = 20, *, as_json: JsonOption = False
) -> None:
    """Show the newest entries of the ledger."""
    enter()
    from hansa.cli import output
    from hansa.kernel.models import LedgerEntry
    from hansa.lib.canonical import parse

    found = LedgerEntry.objects.order_by("-position").values_list("position", "body")[:last]
    entries = [{"position": position, **parse(body)} for position, body in reversed(found)]
    if as_json:
        output.dump(entries)
        return
    output.rows([summary(entry) for entry in entries], title="ledger")


def summary(entry: dict[str, object]) -> dict[str, object]:
    """Return an entry in one line: what happened to which record, and its moves."""
    moves = entry.get("moves")
    moved = [f"{a or 'new'} → {b}" for a, b in moves.values()] if isinstance(moves, dict) else []
    cause = next(
        (f"{name} {entry[name]}" for name in ("action", "kind", "job", "receipt", "alarm") if name in entry), "–"
    )
    return {
        "position": entry["position"],
        "cause": cause,
        "record": entry.get("record", ""),
        "moves": moved,
        "clause": entry.get("clause", ""),
    }
