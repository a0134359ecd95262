from dataclasses import replace

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.contacts import Phone
from hansa.lib.ewp.elements import Text
from hansa.lib.ewp.factsheets import (
    RESPONSE,
    Accessibility,
    AdditionalInformation,
    Calendar,
    Deadlines,
    Factsheet,
    Information,
    Requirement,
)
from tests.conformance import conformance
from tests.lib.ewp.schemas import validate

EXAMPLE = "documents/latest-examples/ewp-specs-api-factsheet-response-example.xml"
OFFICE = Information(
    email="office@charite.example",
    phone=Phone(e164="+4930450"),
    websites=(Text("https://charite.example/incoming", "en"), Text("https://charite.example/kommen", "de")),
)
LEAST = Factsheet(
    hei_id="charite.de",
    calendar=Calendar(Deadlines("04-30", "10-31"), Deadlines("05-31", "11-30")),
    application_info=OFFICE,
    decision_weeks_limit=4,
    tor_weeks_limit=0,
    housing_info=OFFICE,
    visa_info=OFFICE,
    insurance_info=OFFICE,
)
FULL = replace(
    LEAST,
    requirements=(
        Requirement(name="Vaccinations", details="Measles, hepatitis B", websites=OFFICE.websites),
        Requirement(name="CV", details="As PDF"),
    ),
    accessibility=(
        Accessibility(type="service", name="Counselling", description="For all students.", information=OFFICE),
        Accessibility(type="infrastructure", name="Lifts", information=OFFICE),
    ),
    additional_info=(AdditionalInformation("Recognition", OFFICE),),
)


def test_factsheets_are_read_as_they_were_built():
    assert RESPONSE.read(RESPONSE.build([FULL, LEAST])) == (FULL, LEAST)


@pytest.mark.parametrize("factsheets", [[], [LEAST], [FULL, LEAST]])
def test_factsheets_are_valid(factsheets):
    validate(RESPONSE.build(factsheets))


def test_published_example_is_read():
    (found,) = RESPONSE.read((conformance("ewp") / EXAMPLE).read_bytes())

    assert found.calendar.student_nominations == Deadlines("04-10", "12-10")
    assert (found.decision_weeks_limit, found.tor_weeks_limit) == (4, 3)
    assert (len(found.requirements), found.accessibility[0].type) == (8, "service")
    assert found.additional_info[0].info.phone.e164 == "+1258846789"
    assert RESPONSE.read(RESPONSE.build([found])) == (found,)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"calendar": Calendar(Deadlines("02-30", "10-31"), Deadlines("05-31", "11-30"))},
            "student-nominations/autumn-term",
        ),
        ({"visa_info": replace(OFFICE, websites=())}, "factsheet/visa-info/website-url: this element is missing"),
        ({"visa_info": replace(OFFICE, email="")}, "factsheet/visa-info/email: this element is missing"),
        ({"tor_weeks_limit": -1}, "factsheet/tor-weeks-limit: this must be a whole number from 0"),
    ],
)
def test_build_names_what_is_wrong(change, said):
    with pytest.raises(InvalidError, match=said):
        RESPONSE.build([replace(LEAST, **change)])
