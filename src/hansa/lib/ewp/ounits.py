"""Organisational units: faculties, departments, clinics of an institution (ounits 2.1.1)."""

from dataclasses import dataclass
from typing import Final

from hansa.lib.ewp import leaves
from hansa.lib.ewp.contacts import ADDRESSES, CONTACTS, Address, Contact
from hansa.lib.ewp.elements import LOCALISED, SPECS, ListDocument, Shape, Text, localised, many, maybe, one

NAMESPACE: Final = f"{SPECS}api-ounits/tree/stable-v2"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """What an institution says about one of its units; the id is for programs, the code for people."""

    ounit_id: str
    ounit_code: str
    names: tuple[Text, ...]
    abbreviation: str = ""
    parent_ounit_id: str = ""
    street_address: Address | None = None
    mailing_address: Address | None = None
    websites: tuple[Text, ...] = ()
    logo_url: str = ""
    factsheets: tuple[Text, ...] = ()
    contacts: tuple[Contact, ...] = ()


LINK: Final = localised(leaves.HTTP)
UNIT: Final = Shape(
    Unit,
    NAMESPACE,
    one("ounit-id", leaves.IDENTIFIER),
    one("ounit-code"),
    many("name", LOCALISED, field="names", least=1),
    maybe("abbreviation"),
    maybe("parent-ounit-id", leaves.IDENTIFIER),
    *ADDRESSES,
    many("website-url", LINK, field="websites"),
    maybe("logo-url", leaves.HTTPS),
    many("mobility-factsheet-url", LINK, field="factsheets"),
    CONTACTS,
)

#: The units that were asked for; unknown ids are left out.
RESPONSE: Final[ListDocument[Unit]] = ListDocument(NAMESPACE, "ounits-response", of="ounit", kind=UNIT)
