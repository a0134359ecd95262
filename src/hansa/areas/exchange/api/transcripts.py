"""Transcripts of records (imobility-tors 3.0.0 and 2.0.0), and how many there are (imobility-tor-stats 1.0.0)."""

from functools import partial
from typing import Final

from hansa.areas.exchange.api.asking import (
    IDS,
    RECEIVING,
    SENDING,
    SINCE,
    demand_ours,
    narrowed,
    wanted,
    wanted_ids,
    written,
)
from hansa.areas.exchange.api.door import Caller, Given, endpoint
from hansa.areas.exchange.network.transcripts import issuer, tor_of
from hansa.areas.exchange.queries import served
from hansa.areas.exchange.queries.served import Wanted
from hansa.lib.ewp import mobility_statistics, tors
from hansa.lib.ewp.mobility_statistics import TranscriptYear
from hansa.lib.ewp.parameters import repeatable, required

NEWER: Final = "3.0.0"
OLDER: Final = "2.0.0"


@endpoint(SINCE)
def index(caller: Caller, given: Given) -> bytes:
    """Return the ids of the caller's students whose transcript was issued (imobility-tors 3)."""
    return listed(wanted(caller, given), version=NEWER)


@endpoint(required(RECEIVING), repeatable(SENDING), SINCE)
def index_2(caller: Caller, given: Given) -> bytes:
    """Return the same in the older major."""
    return listed(narrowed(caller, given, owner=RECEIVING, partner=SENDING), version=OLDER)


def listed(asked: Wanted, *, version: str) -> bytes:
    """Return the ids of stays with a transcript."""
    return tors.build_index(served.transcripts(asked).values_list("foreign_id", flat=True), version=version)


@endpoint(IDS)
def get(caller: Caller, given: Given) -> bytes:
    """Return the transcripts asked for, as far as they are the caller's, with ELMO 2.1.1 (imobility-tors 3)."""
    return issued(caller, given, version=NEWER)


@endpoint(required(RECEIVING), IDS)
def get_2(caller: Caller, given: Given) -> bytes:
    """Return the same with ELMO 1.6.0 (imobility-tors 2)."""
    demand_ours(caller, given, name=RECEIVING)
    return issued(caller, given, version=OLDER)


def issued(caller: Caller, given: Given, *, version: str) -> bytes:
    """Return transcripts in the words of one major."""
    rows = list(served.transcripts(wanted_ids(caller, given)).select_related("stay"))
    return written(partial(tors.build_get, version=version), rows, say=partial(tor_of, by=issuer()))


@endpoint(methods=("GET",))
def statistics(caller: Caller, given: Given) -> bytes:
    """Return how many transcripts were issued, by academic year."""
    return mobility_statistics.TRANSCRIPTS.build(
        [TranscriptYear(year=year, total=number) for year, number in served.issued()]
    )
