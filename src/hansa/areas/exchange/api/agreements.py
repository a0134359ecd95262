"""Interinstitutional agreements: iias 7.0.0 and iias-approval 2.0.0.

A partner sees the agreements with itself, and which of its own copies we approved; an id of anybody else's is
treated like one that was never given.
"""

from django.db.models import F, Q, QuerySet

from hansa.areas.exchange.agreements import given_by, own_copy
from hansa.areas.exchange.api.asking import SINCE
from hansa.areas.exchange.api.door import Caller, Given, endpoint
from hansa.areas.exchange.models import Iia
from hansa.areas.exchange.queries.named import row_named
from hansa.areas.exchange.states import UNSHARED, IiaState
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
    found = [row for row in rows.only("pk", "state", "conditions", "ours") if not years or spans(row, years)]
    return iia_answers.index_response([str(row.pk) for row in found])


def spans(iia: Iia, years: list[str]) -> bool:
    """Tell whether a condition of our copy holds in one of some academic years."""
    # Where our copy was changed since, what is kept in short is what both approved and not what is served.
    served = given_by(own_copy(iia)) if iia.state in (IiaState.CHANGED, IiaState.TERMINATED) else iia.conditions
    return any(one["first_year"] <= year <= one["last_year"] for one in served for year in years)


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
    """Return which version of the caller's copy we approved; nothing is said where we approved none.

    An approval is of the partner's copy and stays when ours is deleted, until it is withdrawn.
    """
    key = given[IIA.name][0]
    rows = Iia.objects.filter(partner__in=caller.heis).only("side", "approved_here")
    # Where a copy of ours names it, that one tells; an older approval is told only where there is none.
    live = rows.filter(foreign_id=key).exclude(hash="")
    kept = live or rows.filter(foreign_id="").exclude(approved_here="")
    hashes = [row.approved_here for row in kept if row.side.get("approved_id") == key]
    found = [Approval(iia_id=key, hash=hash_) for hash_ in hashes[:1] if hash_]
    return iia_answers.approval_response(found)
