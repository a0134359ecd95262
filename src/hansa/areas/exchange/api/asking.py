"""What the requests of several APIs have in common: ids, partners, years, the moment since when."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from hansa.areas.exchange.api.door import Caller, Given
from hansa.areas.exchange.queries.network import HEI
from hansa.areas.exchange.queries.served import Wanted
from hansa.lib.errors import InvalidError
from hansa.lib.ewp.answers import AnswerError
from hansa.lib.ewp.manifest import LIMIT
from hansa.lib.ewp.parameters import academic_year, modified_since, optional, repeatable

IDS: Final = repeatable("omobility_id", least=1, most=LIMIT)
SINCE: Final = optional("modified_since")
YEAR: Final = optional("receiving_academic_year_id")
SENDING, RECEIVING = "sending_hei_id", "receiving_hei_id"
Row = TypeVar("Row")
Said = TypeVar("Said")


def wanted(caller: Caller, given: Given) -> Wanted:
    """Return what an index request asks for, or raise AnswerError."""
    years = given.get(YEAR.name, ())
    year = academic_year(YEAR.name, value=years[0]) if years else ""
    return Wanted(partners=caller.partners, year=year, since=modified_since(given) if SINCE.name in given else None)


def wanted_ids(caller: Caller, given: Given) -> Wanted:
    """Return what a get request asks for."""
    return Wanted(partners=caller.partners, ids=given[IDS.name])


def demand_ours(caller: Caller, given: Given, *, name: str) -> None:
    """Refuse a get request for the stays of an institution that is not this one (status 400)."""
    if given[name][0] != caller.member.hei:
        raise AnswerError(f"{name}: this node serves another institution.", "Ask the host that the catalogue names.")


def narrowed(caller: Caller, given: Given, *, owner: str, partner: str) -> Wanted:
    """Return what an index request of an older major asks for: values that nobody knows are taken and find nothing."""
    asked = wanted(caller, given)
    if given[owner][0] != caller.member.hei:
        return Wanted(partners=())
    named = {f"{HEI}{hei}" for hei in given[partner]}
    partners = [one for one in asked.partners if not named or one in named]
    return Wanted(partners=partners, year=asked.year, since=asked.since)


def written(build: Callable[[list[Said]], bytes], rows: Sequence[Row], *, say: Callable[[Row], Said]) -> bytes:
    """Return the document that lists rows; what lacks something that it must hold is left out, and hides no other."""
    try:
        return build([say(row) for row in rows])
    except InvalidError:
        return build([said for row in rows for said in whole(row, build=build, say=say)])


def whole(row: Row, *, build: Callable[[list[Said]], bytes], say: Callable[[Row], Said]) -> list[Said]:
    """Return what is said of one row, or nothing where the document cannot hold it."""
    try:
        said = say(row)
        build([said])
    except InvalidError:
        return []
    return [said]
