"""Memoranda as people read them: clauses, their terms in plain words, who has signed.

The document is text and terms together. The text is shown as it was signed, in the
reader's language; the terms are said in words beside it, so that a lawyer sees what
the node will do under the clause without reading JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hansa.kernel.actions import ACTIONS
from hansa.kernel.models import Agreement
from hansa.lib.agreement import Signatory, signing_of
from hansa.web import words
from hansa.web.waiting import letter_words, text_of

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Clause:
    """One clause in the reader's language."""

    id: str
    area: str | Promise
    title: str
    text: str
    parties: str
    permits: tuple[str, ...]
    person: tuple[str, ...]
    purposes: tuple[str, ...]
    limits: tuple[tuple[str, str], ...]

    @property
    def has_terms(self) -> bool:
        """Tell whether the node acts under this clause, or it is text only."""
        return bool(self.permits)


@dataclass(frozen=True)
class Party:
    """One party, and whether and by whom it has signed."""

    id: str
    name: str
    country: str
    is_own: bool
    signatories: tuple[Mapping[str, str], ...]
    signed_by: str
    signed_office: str
    signed_at: datetime | None

    @property
    def has_signed(self) -> bool:
        """Tell whether the party's signature is here."""
        return bool(self.signed_by)


def clauses(document: Document) -> tuple[Clause, ...]:
    """Return the clauses of a document in the reader's language."""
    names = {party["id"]: party["name"] for party in document["parties"]}
    return tuple(_clause(clause, names=names) for clause in document["clauses"])


def _clause(clause: Document, *, names: Mapping[str, str]) -> Clause:
    everyone = clause["parties"] == "all"
    return Clause(
        id=clause["id"],
        area=words.AREAS.get(clause["area"], clause["area"]),
        title=text_of(clause["title"]),
        text=text_of(clause["text"]),
        parties=_("all parties") if everyone else ", ".join(names.get(p, p) for p in clause["parties"]),
        permits=tuple(permit_words(name) for name in clause["permits"]),
        person=tuple(permit_words(name) for name in clause["person"]),
        purposes=tuple(purpose_words(code) for code in clause["purposes"]),
        limits=tuple(limit_words(name, value) for name, value in clause["limits"].items()),
    )


def permit_words(name: str) -> str:
    """Return a permitted action as its button says it."""
    return ACTIONS[name].title.rstrip(".") if name in ACTIONS else letter_words(name)


def purpose_words(code: str) -> str:
    """Return a purpose in words, with its code."""
    return f"{words.PURPOSES[code]} ({code})" if code in words.PURPOSES else code


def limit_words(name: str, value: object) -> tuple[str, str]:
    """Return a limit and its value in words."""
    return str(words.LIMITS.get(name, name.replace("_", " "))), str(words.VALUES.get(str(value), value))


def parties(agreement: Agreement, *, own: str) -> tuple[Party, ...]:
    """Return the parties with their signatures, each verified anew over the whole document."""
    signed = signing_of(agreement.document, list(agreement.signatures.values())).signatories
    return tuple(
        _party(party, signed.get(party["id"]), is_own=party["id"] == own) for party in agreement.document["parties"]
    )


def _party(party: Document, signed: Signatory | None, *, is_own: bool) -> Party:
    return Party(
        id=party["id"],
        name=party["name"],
        country=party["country"],
        is_own=is_own,
        signatories=tuple(party["signatories"]),
        signed_by=signed.name if signed else "",
        signed_office=signed.office if signed else "",
        signed_at=datetime.fromisoformat(signed.at) if signed else None,
    )
