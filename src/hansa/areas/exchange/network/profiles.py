"""What this institution tells of itself, as the network's documents: institution, units, factsheet."""

from typing import Final

from hansa.areas.exchange.models import Profile
from hansa.areas.exchange.network.membership import Membership
from hansa.kernel.identity import own
from hansa.lib.errors import InvalidError
from hansa.lib.ewp import factsheets, institutions, ounits
from hansa.lib.ewp.contacts import Address, Contact, Phone
from hansa.lib.ewp.elements import Text
from hansa.lib.ewp.factsheets import Calendar, Deadlines, Factsheet, Information, Requirement
from hansa.lib.ewp.institutions import Institution, OtherId
from hansa.lib.ewp.leaves import IDENTIFIER
from hansa.lib.ewp.ounits import Unit

#: Stands for the institution while it is no member yet, so that what is written can be checked.
NOBODY: Final = Membership(hei="nobody.example")


def profile() -> Profile | None:
    """Return what this institution tells of itself, if it told anything yet."""
    return Profile.objects.first()


def check(given: Profile) -> None:
    """Refuse a profile of which one of the documents could not be written, naming what is wrong."""
    institutions.RESPONSE.build([institution_of(given, member=NOBODY)])
    ounits.RESPONSE.build(units_of(given))
    factsheets.RESPONSE.build(factsheets_of(given, member=NOBODY))


def institution_of(given: Profile | None, *, member: Membership) -> Institution:
    """Return what the institutions API says: at least the name that the node has."""
    others = (OtherId("erasmus", member.erasmus_code),) if member.erasmus_code else ()
    if given is None:
        return Institution(hei_id=member.hei, names=(Text(own().name),), other_ids=others)
    return Institution(
        hei_id=member.hei,
        other_ids=others,
        names=(Text(given.name),),
        abbreviation=given.abbreviation,
        street_address=Address(
            lines=(given.street,), postal_code=given.postal_code, locality=given.city, country=given.country
        ),
        websites=(Text(given.website),),
        contacts=(contact_of(given),),
        ounit_ids=tuple(unit.ounit_id for unit in units_of(given)),
    )


def contact_of(given: Profile) -> Contact:
    """Return whom partners ask."""
    return Contact(
        names=(Text(f"{given.contact_given_names} {given.contact_family_name}"),),
        given_names=(Text(given.contact_given_names),),
        family_names=(Text(given.contact_family_name),),
        phones=(Phone(e164=given.phone),),
        emails=(given.email,),
        roles=(Text(given.contact_position),),
    )


def units_of(given: Profile | None) -> list[Unit]:
    """Return the units of the institution; a unit's id is its code as well."""
    pairs = pairs_in(given.units, "units") if given is not None else []
    return [Unit(ounit_id=key, ounit_code=key, names=(Text(name),)) for key, name in pairs]


def factsheets_of(given: Profile | None, *, member: Membership) -> list[Factsheet]:
    """Return the factsheet once the calendar is given, else nothing."""
    if given is None or not given.is_calendar_given:
        return []
    return [
        Factsheet(
            hei_id=member.hei,
            calendar=Calendar(
                Deadlines(given.nominations_autumn, given.nominations_spring),
                Deadlines(given.applications_autumn, given.applications_spring),
            ),
            application_info=_ask(given, given.website),
            requirements=tuple(
                Requirement(name=name, details=details)
                for name, details in pairs_in(given.requirements, "requirements")
            ),
            decision_weeks_limit=given.decision_weeks,
            tor_weeks_limit=given.transcript_weeks,
            housing_info=_ask(given, given.housing),
            visa_info=_ask(given, given.visa),
            insurance_info=_ask(given, given.insurance),
        )
    ]


def _ask(given: Profile, page: str) -> Information:
    return Information(email=given.email, phone=Phone(e164=given.phone), websites=(Text(page),))


def pairs_in(lines: str, name: str) -> list[tuple[str, str]]:
    """Return what stands left and right of the equals sign of every line, or raise InvalidError naming the line."""
    found = []
    for number, line in enumerate(lines.splitlines(), start=1):
        left, sign, right = (part.strip() for part in line.partition("="))
        if not line.strip():
            continue
        if not sign or not left or not right:
            raise InvalidError(f"{name}, line {number}: this is not of the form “left = right”.", "Write one a line.")
        found.append((left, right))
    return found


def is_identifier(text: str) -> bool:
    """Tell whether a text can be an id in the network at all."""
    try:
        IDENTIFIER.understand(text)
    except ValueError:
        return False
    return True
