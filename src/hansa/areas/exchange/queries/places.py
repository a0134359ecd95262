"""Places: what clauses and agreements give, how many are taken, and why one more may not be."""

from datetime import date

from django.db.models import Count
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.models.places import Place, directions, versions
from hansa.areas.exchange.rules import NOMINATE
from hansa.areas.exchange.states import TAKING, Kind
from hansa.kernel.identity import own
from hansa.kernel.joint import names
from hansa.kernel.models import Agreement
from hansa.lib.errors import RefusedError

AREA = "exchange"


def in_force() -> list[Agreement]:
    """Return the memoranda in force here."""
    return list(Agreement.objects.filter(state=Agreement.State.IN_FORCE))


def given(*, sending: str = "", receiving: str = "", to_all: bool = False) -> list[Place]:
    """Return what the clauses in force give, in every direction that touches this institution.

    A clause that permits no nominations gives nothing; with ``to_all`` it is named all the same.
    """
    found = []
    for agreement in in_force():
        for clause in agreement.document["clauses"]:
            if clause["area"] == AREA and "kind" in clause["limits"] and (to_all or NOMINATE in clause["permits"]):
                found += directions(agreement, clause)
    return [place for place in found if sending in ("", place.sending) and receiving in ("", place.receiving)]


def place_named(key: str, *, sending: str) -> Place:
    """Return the place that a form names, or refuse."""
    # What the clause permits is for the decision to say, in its own words.
    found = next((place for place in given(sending=sending, to_all=True) if place.key == key), None)
    if found is None:
        raise RefusedError(
            _("No clause in force gives this place."),
            _("Choose one of the places that the memoranda give; they stand under Places and balance."),
        )
    return found


def taken_under(basis: str, clause: str, *, receiving: str, year: str) -> int:
    """Return how many places from here are taken under one clause, or one condition of an agreement, in one year."""
    taking = Mobility.objects.filter(year=year, sending=own().id, receiving=receiving, state__in=TAKING)
    if basis.startswith("iia:"):
        return taking.filter(iia__pk=basis.removeprefix("iia:"), condition=clause).count()
    return taking.filter(agreement__in=versions(basis), clause=clause).count()


def demand_place(mobility: Mobility) -> None:
    """Refuse a mobility for which the clause has no place left, in a sentence for both institutions."""
    place, others = mobility.place(), mobility.others()
    if place is None or others < place.places:
        return
    sending, receiving = names([mobility.sending, mobility.receiving])
    raise RefusedError(
        _(
            "Clause {clause} gives {places} places a year from {sending} to {receiving} ({kind}), "
            "and {taken} are taken in {year}."
        ).format(
            clause=place.clause,
            places=place.places,
            sending=sending,
            receiving=receiving,
            kind=Kind(place.kind).label,
            taken=others,
            year=mobility.year,
        ),
        _("Wait until a nomination is cancelled, or ask the parties to amend the clause."),
    )


def demand_dates(mobility: Mobility) -> None:
    """Refuse a stay that ends before it begins, or lies outside the dates of its memorandum."""
    if mobility.ends < mobility.starts:
        raise RefusedError(_("The stay ends before it begins."), _("Give the first day, then the last."))
    agreement = Agreement.objects.filter(hash=mobility.agreement).first()
    if agreement is None:
        return
    valid = agreement.document["valid"]
    first, last = date.fromisoformat(valid["from"]), valid["until"]
    is_early = mobility.starts < first
    is_late = last is not None and mobility.ends > date.fromisoformat(last)
    if is_early or is_late:
        raise RefusedError(
            _(
                "The stay from {starts} to {ends} lies outside the memorandum, which holds from {first} to {last}."
            ).format(starts=mobility.starts, ends=mobility.ends, first=first, last=last or _("an open end")),
            _("Choose days within these dates, or ask the parties for a new version."),
        )


def counted(year: str) -> dict[tuple[str, str, str, str], int]:
    """Return in one query how many places are taken, by agreement, clause, sending and receiving institution."""
    rows = (
        Mobility.objects.filter(year=year, state__in=TAKING)
        .values_list("agreement", "clause", "sending", "receiving")
        .annotate(found=Count("id"))
        .order_by()
    )
    return {(a, c, s, r): n for a, c, s, r, n in rows}
