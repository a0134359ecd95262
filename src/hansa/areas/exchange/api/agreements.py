"""Interinstitutional agreements: iias 7.0.0 and iias-approval 2.0.0.

A partner sees the agreements with itself, and which of its own copies we approved; an id of anybody else's is
treated like one that was never given.
"""

from django.db.models import F, Q, QuerySet

from hansa.areas.exchange.api.asking import SINCE
from hansa.areas.exchange.api.door import Caller, Given, endpoint
from hansa.areas.exchange.models import Iia
from hansa.areas.exchange.queries.named import row_named
from hansa.areas.exchange.states import UNSHARED
from hansa.lib.ewp import iia_answers
from hansa.lib.ewp.iia_answers import Approval, Statistics
from hansa.lib.ewp.iia_xml import get_response
from hansa.lib.ewp.parameters import academic_year, modified_since, repeatable

#: Hashes of several agreements in one document run together (iias 7.0.0, XSLT), so one request carries one.
ONE = 1
IIA = repeatable("iia_id", least=1, most=ONE)
YEAR = repeatable("receiving_academic_year_id", least=0, most=100)


def served() -> QuerySet[Iia]:
    """Return the agreements that are there for partners: shared, and not deleted."""
    return Iia.objects.exclude(state__in=UNSHARED)


@endpoint(YEAR, SINCE)
def index(caller: Caller, given: Given) -> bytes:
    """Return the ids of our agreements with the caller."""
    rows = served().filter(partner__in=caller.heis)
    since = modified_since(given)
    if since is not None:
        rows = rows.filter(told__gt=since)
    years = [academic_year(YEAR.name, value=value) for value in given[YEAR.name]]
    found = [row for row in rows.only("pk", "conditions") if not years or spans(row, years)]
    return iia_answers.index_response([str(row.pk) for row in found])


def spans(iia: Iia, years: list[str]) -> bool:
    """Tell whether a condition holds in one of some academic years."""
    return any(one["first_year"] <= year <= one["last_year"] for one in iia.conditions for year in years)


@endpoint(IIA)
def get(caller: Caller, given: Given) -> bytes:
    """Return one agreement with the caller, exactly as its hash was made; an empty answer where there is none."""
    found = row_named(served().filter(partner__in=caller.heis), given[IIA.name][0])
    return found.ours.encode() if found is not None else get_response(None)


@endpoint(methods=("GET",))
def statistics(caller: Caller, given: Given) -> bytes:
    """Return how many agreements partners may fetch, and who approved them."""
    rows = served()
    there, here = Q(approved_there=F("hash")), Q(approved_here=F("their_hash")) & ~Q(approved_here="")
    return iia_answers.stats_response(
        Statistics(
            fetchable=rows.count(),
            approved_by_partner=rows.filter(there & ~here).count(),
            approved_here=rows.filter(here & ~there).count(),
            approved_by_both=rows.filter(here & there).count(),
        )
    )


@endpoint(IIA)
def approvals(caller: Caller, given: Given) -> bytes:
    """Return which version of the caller's copy we approved; nothing is said where we approved none."""
    rows = served().filter(partner__in=caller.heis, foreign_id__in=given[IIA.name]).exclude(approved_here="")
    return iia_answers.approval_response([Approval(iia_id=row.foreign_id, hash=row.approved_here) for row in rows])
