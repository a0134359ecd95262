"""How institutions, people and links are written on the pages of exchange."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Application, Call, Check, Iia, Member, Message, Mobility, Offer, Plan
from hansa.areas.exchange.queries.network import HEI
from hansa.kernel.identity import own
from hansa.kernel.models import Partner, Person, Record
from hansa.kernel.people import has

Item = dict[str, Any]
Known = Mapping[str, str]


def institutions() -> Known:
    """Return every institution of the pages by the name people know it by, in two queries."""
    members = {f"{HEI}{hei}": name for hei, name in Member.objects.values_list("hei", "name")}
    return {**members, **dict(Partner.objects.values_list("institution", "name")), own().id: own().name}


def in_words(texts: Mapping[str, str]) -> str:
    """Return a text of a memorandum in the reader's language, or in English."""
    language = (get_language() or "en").partition("-")[0]
    return texts.get(language) or texts.get("en", "")


def called(institution: str, known: Known) -> str:
    """Return the name of an institution, or its id."""
    return known.get(institution, institution.removeprefix(HEI))


def may_see_names(person: Person) -> bool:
    """Tell whether somebody may see who goes where, beyond their own stay."""
    return has(person, "mobilities.read")


def who(mobility: Mobility) -> str:
    """Return the name of whoever goes, or nothing once it was deleted."""
    stay = getattr(mobility, "stay", None)
    return f"{stay.given_names} {stay.family_name}" if stay is not None else ""


def titled(mobility: Mobility, known: Known) -> str:
    """Return who goes where, as the lists of whoever may see the stay call it."""
    name, way = who(mobility), "→" if mobility.is_outgoing else "←"
    return f"{name} {way} {called(mobility.partner, known)}" if name else mobility.title


def noted(mobility: Mobility) -> str:
    """Return the kind of a stay and its academic year."""
    return f"{mobility.get_kind_display()}, {mobility.year}"


def item(record: Record, *, title: str, **more: Any) -> Item:
    """Return a record as one line of the home page."""
    return {
        "title": title,
        "url": reverse("record", args=[record.noun, record.pk]),
        "state": record.state,
        "words": record.get_state_display(),
        "since": record.updated,
        **more,
    }


def lines(records: Sequence[Record]) -> dict[str, Item]:
    """Return what lists say of records of exchange, by their URN, in a constant number of queries."""
    ours = [record for record in records if type(record) in LINES]
    known = institutions() if ours else {}
    return {record.urn: LINES[type(record)](record, known) for record in ours}


def _mobility(row: Any, known: Known) -> Item:
    return {"title": titled(row, known), "note": noted(row)}


def _part(row: Any, known: Known) -> Item:
    """Return a plan or a check as a line: what it is, and of whose stay."""
    what = _("Version {number}").format(number=row.number) if isinstance(row, Plan) else str(row)
    return {"title": f"{what}: {titled(row.mobility, known)}", "note": noted(row.mobility)}


def _call(row: Any, _known: Known) -> Item:
    deadline = date_format(localtime(row.deadline), "DATETIME_FORMAT")
    note = _("{kind}, {year}; applications until {deadline}")
    return {"note": note.format(kind=row.get_kind_display(), year=row.year, deadline=deadline)}


def _application(row: Any, _known: Known) -> Item:
    return {"note": row.call.title}


def _offer(row: Any, known: Known) -> Item:
    return {"note": f"{called(row.lead, known)}, {row.department}"}


def _member(row: Any, known: Known) -> Item:
    """Return what lists say of an agreement of the network or a message: with whom it is."""
    return {"note": called(f"{HEI}{row.partner}", known)}


LINES: dict[type[Any], Any] = {
    Mobility: _mobility,
    Plan: _part,
    Check: _part,
    Call: _call,
    Application: _application,
    Offer: _offer,
    Iia: _member,
    Message: _member,
}
