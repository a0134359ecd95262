"""Institutions: names, addresses, websites, contacts and units (institutions 2.2.0)."""

from dataclasses import dataclass
from typing import Final

from hansa.lib.ewp import leaves
from hansa.lib.ewp.contacts import ADDRESSES, CONTACTS, Address, Contact
from hansa.lib.ewp.elements import (
    LOCALISED,
    SPECS,
    Attribute,
    Content,
    ListDocument,
    Shape,
    Text,
    localised,
    many,
    maybe,
    one,
)

NAMESPACE: Final = f"{SPECS}api-institutions/tree/stable-v2"


@dataclass(frozen=True)
class OtherId:
    """Another identifier of an institution, such as its Erasmus code; any type may occur."""

    type: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Institution:
    """What an institution says about itself."""

    hei_id: str
    names: tuple[Text, ...]
    other_ids: tuple[OtherId, ...] = ()
    abbreviation: str = ""
    street_address: Address | None = None
    mailing_address: Address | None = None
    websites: tuple[Text, ...] = ()
    logo_url: str = ""
    factsheets: tuple[Text, ...] = ()
    course_catalogues: tuple[Text, ...] = ()
    contacts: tuple[Contact, ...] = ()
    root_ounit_id: str = ""
    ounit_ids: tuple[str, ...] = ()

    def other_id(self, kind: str) -> str:
        """Return the first other identifier of a type, or nothing."""
        return next((found.value for found in self.other_ids if found.type == kind), "")


LINK: Final = localised(leaves.HTTP)
OTHER_ID: Final = Shape(OtherId, NAMESPACE, Attribute("type", "type", least=1), Content("value"))
INSTITUTION: Final = Shape(
    Institution,
    NAMESPACE,
    one("hei-id"),
    many("other-id", OTHER_ID, field="other_ids"),
    many("name", LOCALISED, field="names", least=1),
    maybe("abbreviation"),
    *ADDRESSES,
    many("website-url", LINK, field="websites"),
    maybe("logo-url", leaves.HTTPS),
    many("mobility-factsheet-url", LINK, field="factsheets"),
    many("course-catalogue-url", LINK, field="course_catalogues"),
    CONTACTS,
    maybe("root-ounit-id", leaves.IDENTIFIER),
    many("ounit-id", leaves.IDENTIFIER, field="ounit_ids"),
)

#: The institutions that were asked for; unknown ids are left out.
RESPONSE: Final[ListDocument[Institution]] = ListDocument(
    NAMESPACE, "institutions-response", of="hei", kind=INSTITUTION
)
