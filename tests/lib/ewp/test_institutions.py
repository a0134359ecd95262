import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.contacts import Phone
from hansa.lib.ewp.elements import Text, in_language
from hansa.lib.ewp.institutions import RESPONSE, Institution, OtherId
from tests.conformance import conformance
from tests.lib.ewp.schemas import validate
from tests.lib.ewp.test_contacts import FULL, HOUSE, LINES

EXAMPLE = "documents/latest-examples/ewp-specs-api-institutions-response-example.xml"
CHARITE = Institution(
    hei_id="charite.de",
    other_ids=(OtherId("erasmus", "D  BERLIN13"), OtherId("local", "CH")),
    names=(Text("Charité", "de"), Text("Charité Berlin", "en")),
    abbreviation="CHA",
    street_address=HOUSE,
    mailing_address=LINES,
    websites=(Text("https://charite.example/", "de"),),
    logo_url="https://charite.example/logo.svg",
    factsheets=(Text("https://charite.example/facts", "en"),),
    course_catalogues=(Text("http://charite.example/courses"),),
    contacts=(FULL,),
    root_ounit_id="root",
    ounit_ids=("med", "nurs"),
)
LEAST = Institution(hei_id="ki.se", names=(Text("KI"),))


def test_institutions_are_read_as_they_were_built():
    assert RESPONSE.read(RESPONSE.build([CHARITE, LEAST])) == (CHARITE, LEAST)


@pytest.mark.parametrize("institutions", [[], [LEAST], [CHARITE, LEAST]])
def test_institutions_are_valid(institutions):
    validate(RESPONSE.build(institutions))


def test_published_example_is_read():
    (oslo,) = RESPONSE.read((conformance("ewp") / EXAMPLE).read_bytes())

    assert in_language(oslo.names, "no") == "Universitetet i Oslo"
    assert (oslo.other_id("erasmus"), oslo.mailing_address.post_office_box) == ("N Oslo01", "1072")
    assert oslo.contacts[1].phones == (Phone(e164="+4723456789"), Phone(e164="+4722222222", ext="3407"))
    assert oslo.contacts[1].street_address is None
    assert len(oslo.ounit_ids) == 3
    assert RESPONSE.read(RESPONSE.build([oslo])) == (oslo,)


def test_other_id_is_found_by_its_type():
    assert CHARITE.other_id("erasmus") == "D  BERLIN13"
    assert CHARITE.other_id("pic") == ""


def test_read_refuses_a_link_that_would_run():
    data = RESPONSE.build([CHARITE]).replace(b"http://charite.example/courses", b"javascript:alert(1)")

    with pytest.raises(InvalidError, match="hei/course-catalogue-url: this must be an address"):
        RESPONSE.read(data)
