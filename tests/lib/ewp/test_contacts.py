import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.contacts import CONTACT_SHAPE, Address, Contact, Phone
from hansa.lib.ewp.elements import CONTACT, Document, Text
from tests.lib.ewp.schemas import validate

DOCUMENT = Document(CONTACT, "contact", kind=CONTACT_SHAPE)
HOUSE = Address(
    recipient_names=("International Office",),
    building_number="1",
    building_name="Virchowhaus",
    street_name="Charitéplatz",
    unit="A",
    floor="2",
    post_office_box="9",
    delivery_point_codes=("x", "y"),
    postal_code="10117",
    locality="Berlin",
    region="Berlin",
    country="DE",
)
LINES = Address(lines=("Charitéplatz 1", "Virchowhaus"), postal_code="10117", locality="Berlin", country="DE")
FULL = Contact(
    names=(Text("International Office", "en"), Text("Auslandsamt", "de")),
    given_names=(Text("Bo"),),
    family_names=(Text("Muster"),),
    gender="0",
    phones=(Phone(e164="+4930450", ext="12"), Phone(other_format="030 450")),
    faxes=(Phone(e164="+4930451"),),
    emails=("office@charite.example", "bo@charite.example"),
    street_address=HOUSE,
    mailing_address=LINES,
    roles=(Text("Answers on weekdays.\nNot on Fridays.", "en"),),
)


@pytest.mark.parametrize("contact", [FULL, Contact(names=(Text("Office"),))])
def test_contact_is_read_as_it_was_built(contact):
    assert DOCUMENT.read(DOCUMENT.build(contact)) == contact


@pytest.mark.parametrize("contact", [FULL, Contact(names=(Text("Office"),))])
def test_contact_is_valid(contact):
    validate(DOCUMENT.build(contact))


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        (Contact(names=()), "contact/contact-name: this element is missing"),
        (
            Contact(names=FULL.names, phones=(Phone(e164="030 450"),)),
            "phone-number/e164: this must be a telephone number",
        ),
        (
            Contact(names=FULL.names, street_address=Address(lines=("a",), street_name="b")),
            "street-address: give one of addressLine or buildingNumber and only one",
        ),
        (
            Contact(names=FULL.names, street_address=Address(lines=tuple("abcde"))),
            "street-address/addressLine: there may be 4 of these at most",
        ),
        (
            Contact(names=FULL.names, mailing_address=Address(country="Germany")),
            "mailing-address/country: this must be a country code",
        ),
    ],
)
def test_build_refuses_what_the_schema_would(contact, said):
    with pytest.raises(InvalidError, match=said):
        DOCUMENT.build(contact)
