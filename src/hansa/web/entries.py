"""Entries of the ledger in words: what happened, by whose hand, under which clause.

An entry names a person only by a pseudonym, which this page does not resolve; it shows
which house or which work caused the change, what moved, and which letters went out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from hansa.kernel.actions import ACTIONS
from hansa.kernel.models import LedgerEntry
from hansa.kernel.reading import kinds
from hansa.web.waiting import record_url
from hansa.web.words import named


@dataclass(frozen=True)
class Told:
    """One entry as people read it."""

    position: int
    what: str
    moves: tuple[tuple[str, str, str], ...]
    letters: int
    by: str
    clause: str
    body: str


def told(entry: LedgerEntry, names: Mapping[str, str] | None = None) -> Told:
    """Return an entry in words."""
    body: dict[str, Any] = json.loads(entry.body)
    moves = body.get("moves") or {}
    return Told(
        position=entry.position,
        what=cause(body, names or {}),
        moves=tuple((record_url(urn), name_of(urn), move_words(urn, pair)) for urn, pair in moves.items()),
        letters=len(body.get("letters") or ()),
        by=str(body.get("by") or ""),
        clause=str(body.get("clause") or ""),
        body=entry.body,
    )


def cause(body: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Say what caused a change: a person, a partner's letter, a receipt or a job."""
    partner = str(body.get("from") or "")
    who = names.get(partner, partner)
    if name := body.get("action") or body.get("refused"):
        title = ACTIONS[name].title if name in ACTIONS else named(str(name))
        return title if "action" in body else _("Stopped by the rules of disclosure: {title}").format(title=title)
    if "receipt" in body:
        outcome = {"applied": _("applied"), "refused": _("refused")}.get(str(body.get("outcome")), "")
        return _("Receipt from {who}: {outcome}").format(who=who, outcome=outcome)
    if "letter" in body:
        kind = named(str(body.get("kind") or ""))
        return _("Letter from {who}: {kind}").format(who=who, kind=kind)
    if "alarm" in body:
        partner = str(body["alarm"])
        return _("Alarm about the ledger of {who}").format(who=names.get(partner, partner))
    if name := body.get("job"):
        return _("The node's own work: {kind}").format(kind=named(str(name)))
    restored = _("The node was restored from a copy of {size} entries")
    return restored.format(size=body["restored"]) if "restored" in body else _("Change")


def name_of(urn: str) -> str:
    """Return the kind of a record and the first letters of its name."""
    kind, key = kind_of(urn)
    return f"{kind.title_of_list} {key[:8]}" if kind else urn


def kind_of(urn: str) -> tuple[Any, str]:
    """Return the kind of record that a URN names, if this node knows it, and its key."""
    _urn, _hansa, noun, key = [*urn.split(":", 3), "", "", ""][:4]
    return kinds().get(noun), key


def move_words(urn: str, pair: list[str]) -> str:
    """Return a move from one state to another in words."""
    return " → ".join(state_words(urn, state) for state in pair)


def state_words(urn: str, state: str) -> str:
    """Return a state as people read it."""
    states = getattr(kind_of(urn)[0], "State", None)
    if not state:
        return _("new")
    return str(states(state).label) if states is not None and state in states.values else state
