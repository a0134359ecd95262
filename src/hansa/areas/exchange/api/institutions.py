"""What this institution tells of itself: institutions 2.2.0, ounits 2.1.1, factsheet 1.2.0."""

from typing import Final

from hansa.areas.exchange.api.door import Caller, Given, endpoint
from hansa.areas.exchange.network.profiles import factsheets_of, institution_of, profile, units_of
from hansa.lib.ewp import factsheets, ounits
from hansa.lib.ewp import institutions as documents
from hansa.lib.ewp.answers import AnswerError
from hansa.lib.ewp.manifest import LIMIT
from hansa.lib.ewp.parameters import exactly_one, repeatable, required

HEIS: Final = repeatable("hei_id", least=1, most=LIMIT)
CODES: Final = ("ounit_id", "ounit_code")


@endpoint(HEIS)
def institutions(caller: Caller, given: Given) -> bytes:
    """Return this institution where it is asked for; others are passed over."""
    is_asked = caller.member.hei in given[HEIS.name]
    return documents.RESPONSE.build([institution_of(profile(), member=caller.member)] if is_asked else [])


@endpoint(required("hei_id"), *(repeatable(name, most=LIMIT) for name in CODES))
def units(caller: Caller, given: Given) -> bytes:
    """Return the units asked for by their ids or by their codes; unknown ones are passed over."""
    if given["hei_id"][0] != caller.member.hei:
        raise AnswerError("hei_id: this node serves another institution.", "Ask the host that the catalogue names.")
    asked = given[exactly_one(given, of=CODES)]
    return ounits.RESPONSE.build([unit for unit in units_of(profile()) if unit.ounit_id in asked])


@endpoint(HEIS)
def factsheet(caller: Caller, given: Given) -> bytes:
    """Return what incoming students need to know, once an officer has said it."""
    is_asked = caller.member.hei in given[HEIS.name]
    return factsheets.RESPONSE.build(factsheets_of(profile(), member=caller.member) if is_asked else [])
