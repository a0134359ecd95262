"""Addresses, telephones and contacts, which the documents of institutions and agreements share.

Sources: types-address 1.0.2, types-phonenumber 1.0.1, types-contact 1.1.0.
"""

from dataclasses import dataclass
from typing import Final

from hansa.lib.ewp import leaves
from hansa.lib.ewp.elements import ADDRESS, CONTACT, LOCALISED, PHONE, Either, Part, Shape, Text, many, maybe
from hansa.lib.ewp.leaves import TEXT


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A telephone number: as the standard writes it, with an extension, or as somebody wrote it."""

    e164: str = ""
    ext: str = ""
    other_format: str = ""


@dataclass(frozen=True, kw_only=True)
class Address:
    """A postal address: either up to four lines, or street and house by their names."""

    recipient_names: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    building_number: str = ""
    building_name: str = ""
    street_name: str = ""
    unit: str = ""
    floor: str = ""
    post_office_box: str = ""
    delivery_point_codes: tuple[str, ...] = ()
    postal_code: str = ""
    locality: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom to ask: an office or a person, and what for."""

    names: tuple[Text, ...]
    given_names: tuple[Text, ...] = ()
    family_names: tuple[Text, ...] = ()
    gender: str = ""
    phones: tuple[Phone, ...] = ()
    faxes: tuple[Phone, ...] = ()
    emails: tuple[str, ...] = ()
    street_address: Address | None = None
    mailing_address: Address | None = None
    roles: tuple[Text, ...] = ()


PHONE_SHAPE: Final = Shape(Phone, PHONE, maybe("e164", leaves.E164), maybe("ext"), maybe("other-format"))

_LINES: Final = (many("addressLine", TEXT, field="lines", most=4),)
_HOUSE: Final = (
    maybe("buildingNumber"),
    maybe("buildingName"),
    maybe("streetName"),
    maybe("unit"),
    maybe("floor"),
    maybe("postOfficeBox"),
    many("deliveryPointCode", TEXT, field="delivery_point_codes"),
)
ADDRESS_SHAPE: Final = Shape(
    Address,
    ADDRESS,
    many("recipientName", TEXT, field="recipient_names"),
    Either((_LINES, _HOUSE), least=0),
    maybe("postalCode"),
    maybe("locality"),
    maybe("region"),
    maybe("country", leaves.COUNTRY),
)

#: The two addresses that institutions, units and contacts may have.
ADDRESSES: Final[tuple[Part, Part]] = (
    maybe("street-address", ADDRESS_SHAPE, namespace=ADDRESS),
    maybe("mailing-address", ADDRESS_SHAPE, namespace=ADDRESS),
)
CONTACT_SHAPE: Final = Shape(
    Contact,
    CONTACT,
    many("contact-name", LOCALISED, field="names", least=1),
    many("person-given-names", LOCALISED, field="given_names"),
    many("person-family-name", LOCALISED, field="family_names"),
    maybe("person-gender", leaves.GENDER, field="gender"),
    many("phone-number", PHONE_SHAPE, field="phones", namespace=PHONE),
    many("fax-number", PHONE_SHAPE, field="faxes", namespace=PHONE),
    many("email", leaves.EMAIL, field="emails"),
    *ADDRESSES,
    many("role-description", LOCALISED, field="roles"),
)
#: Any number of contacts.
CONTACTS: Final = many("contact", CONTACT_SHAPE, field="contacts", namespace=CONTACT)
