"""Memoranda as people read them: text and terms in the reader's language, and who has signed.

The sentences beside a clause are made by ``hansa.lib.wording`` from the very terms that
the node obeys. The signatures are verified anew each time the page is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from hansa.kernel.actions import ACTIONS
from hansa.kernel.models import Agreement
from hansa.kernel.policy import VOCABULARIES
from hansa.lib.agreement import Signatory, signing_of
from hansa.lib.wording import AgreementPage, page
from hansa.web import words

Document = Mapping[str, Any]


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


def pages(document: Document) -> AgreementPage:
    """Return a document in the reader's language, or in English where it is not written in it."""
    language = (get_language() or "en").partition("-")[0]
    spoken = language if language in document["title"] else "en"
    return page(document, language=spoken, vocabularies=VOCABULARIES)


def named(name: str) -> str:
    """Return an action as its button says it, or a permission in words."""
    return ACTIONS[name].title.rstrip(".") if name in ACTIONS else words.named(name)


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
