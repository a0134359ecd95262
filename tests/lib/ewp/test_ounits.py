import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.elements import Text, in_language
from hansa.lib.ewp.ounits import RESPONSE, Unit
from tests.conformance import conformance
from tests.lib.ewp.schemas import validate
from tests.lib.ewp.test_contacts import FULL, HOUSE, LINES

EXAMPLE = "documents/latest-examples/ewp-specs-api-ounits-response-example.xml"
SURGERY = Unit(
    ounit_id="u-1",
    ounit_code="CHIR",
    names=(Text("Department of Surgery", "en"), Text("Klinik für Chirurgie", "de")),
    abbreviation="CH",
    parent_ounit_id="med",
    street_address=HOUSE,
    mailing_address=LINES,
    websites=(Text("https://charite.example/surgery"),),
    logo_url="https://charite.example/surgery.svg",
    factsheets=(Text("https://charite.example/surgery/facts", "en"),),
    contacts=(FULL,),
)
LEAST = Unit(ounit_id="u-2", ounit_code="MED", names=(Text("Medicine"),))


def test_units_are_read_as_they_were_built():
    assert RESPONSE.read(RESPONSE.build([SURGERY, LEAST])) == (SURGERY, LEAST)


@pytest.mark.parametrize("units", [[], [LEAST], [SURGERY, LEAST]])
def test_units_are_valid(units):
    validate(RESPONSE.build(units))


def test_published_example_is_read():
    (faculty,) = RESPONSE.read((conformance("ewp") / EXAMPLE).read_bytes())

    assert (faculty.ounit_code, faculty.parent_ounit_id) == ("10000000", "5")
    assert in_language(faculty.names, "pl").startswith("Wydział")
    assert faculty.street_address.lines == ("Banacha 2",)
    assert RESPONSE.read(RESPONSE.build([faculty])) == (faculty,)


def test_build_names_what_is_missing():
    with pytest.raises(InvalidError, match="ounit/ounit-code: this element is missing"):
        RESPONSE.build([Unit(ounit_id="u", ounit_code="", names=(Text("x"),))])
