"""What waits for a person, what runs, and what went wrong: the lists of the home page.

The kernel's own matters are found here; an area tells of its own in its ``views.py``,
where ``waiting(person)``, ``running(person)``, ``produced(person)`` and ``failed(person)`` each return
items as mappings with the keys of ``Item``. All lists take the same number of queries
however many records there are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hansa.kernel.actions import said
from hansa.kernel.areas import modules
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, Job, Letter, Partner, Person
from hansa.kernel.people import has
from hansa.kernel.reading import may_read, readable
from hansa.web.words import named

MOST = 50


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line on the home page."""

    title: str | Promise
    url: str
    note: str | Promise = ""
    state: str = ""
    words: str | Promise = ""
    since: datetime | None = None
    who: str = ""
    letter: str = ""


def items(person: Person) -> list[Item]:
    """Return what waits for this person, the kernel's matters first."""
    return [*_agreements(person), *_partners(person), *_told("waiting", person)]


def count(person: Person) -> int:
    """Return how many matters wait for this person; an area may count without making items (``waiting_count``)."""
    found = len(_agreements(person)) + len(_partners(person))
    for module in modules("views"):
        if hasattr(module, "waiting_count"):
            found += module.waiting_count(person)
        elif hasattr(module, "waiting"):
            found += len(list(module.waiting(person)))
    return found


def running(person: Person) -> list[Item]:
    """Return what the areas are doing now, of what this person may see."""
    return _told("running", person)


def produced(person: Person) -> list[Item]:
    """Return what the memoranda have produced, of what this person may see."""
    return _told("produced", person)


def failed(person: Person) -> list[Item]:
    """Return what went wrong, with which partner and why, of what this person may see."""
    own = [*_letters(), *_jobs()] if may_read(person, "letters") else []
    return [*own, *_told("failed", person)]


def alarms(person: Person) -> list[Partner]:
    """Return the partners whose ledger did not only grow."""
    return list(readable(person, Partner).exclude(alarm="")[:MOST])


def silent(person: Person) -> list[Partner]:
    """Return the partners that could not be reached at the last try."""
    return list(readable(person, Partner).filter(alarm="").exclude(trouble="")[:MOST])


def text_of(texts: Mapping[str, Any]) -> str:
    """Return the text in the reader's language, or in English, or in any."""
    language = (get_language() or "en").partition("-")[0]
    return str(texts.get(language) or texts.get("en") or next(iter(texts.values()), ""))


def _told(question: str, *about: Any) -> list[Item]:
    answers: list[Item] = []
    for module in modules("views"):
        found: Iterable[Mapping[str, Any]] = getattr(module, question, lambda *_about: ())(*about)
        answers += [Item(**{"url": "", **item}) for item in found]
    return answers


def _agreements(person: Person) -> list[Item]:
    if not has(person, "agreements.sign"):
        return []
    offered = Agreement.objects.filter(state=Agreement.State.OFFERED)[:MOST]
    return [
        Item(
            title=text_of(agreement.document["title"]),
            url=reverse("record", args=["agreements", agreement.pk]),
            note=_("Read it and sign it, or decline it with a reason."),
            state=agreement.state,
            words=said(agreement, agreement.state),
            since=agreement.created,
        )
        for agreement in offered
        if own().id in agreement.parties and not has_signed(agreement, own().id)
    ]


def has_signed(agreement: Agreement, party: str) -> bool:
    """Tell whether a party's signature lies under a memorandum."""
    return party in agreement.signatures


def _partners(person: Person) -> list[Item]:
    if not has(person, "partners.confirm"):
        return []
    state = Partner.State
    found = Partner.objects.filter(state__in=[state.INTRODUCED, state.CHANGED])[:MOST]
    return [
        Item(
            title=partner.name,
            url=reverse("record", args=["partners", partner.pk]),
            note=_("Compare the fingerprint by telephone, then confirm it."),
            state=partner.state,
            words=partner.get_state_display(),
            since=partner.updated,
        )
        for partner in found
    ]


def _letters() -> list[Item]:
    names = dict(Partner.objects.values_list("institution", "name"))
    refused = Letter.objects.filter(direction=Letter.Direction.OUT, state=Letter.State.REFUSED).order_by("-created")
    return [
        Item(
            title=_("{kind}, to {name}").format(
                kind=named(letter.kind), name=names.get(letter.partner, letter.partner)
            ),
            url=record_url(letter.record),
            note=f"{letter.reason} {letter.remedy}".strip(),
            state=letter.state,
            words=letter.get_state_display(),
            since=letter.settled or letter.created,
            letter=letter.id,
        )
        for letter in refused.defer("token", "receipt")[:MOST]
    ]


def _jobs() -> list[Item]:
    failed_jobs = Job.objects.filter(state=Job.State.FAILED).order_by("-settled")[:MOST]
    return [
        Item(
            title=named(job.kind),
            url=record_url(job.record),
            note=job.trouble,
            state=job.state,
            words=job.get_state_display(),
            since=job.settled,
        )
        for job in failed_jobs
    ]


def record_url(urn: str) -> str:
    """Return the address of a record's page, or nothing where the record is not ours to show."""
    _urn, _hansa, noun, key = [*urn.split(":", 3), "", "", ""][:4]
    return reverse("record", args=[noun, key]) if key and noun != Person.noun else ""
