"""A certified transcript goes out as ELMO and comes back the same, and no scale is ever guessed."""

from datetime import date

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp import tors
from hansa.lib.ewp.certified import Stay, record_of, transcript_of
from hansa.lib.ewp.elmo import Learner, Record
from hansa.lib.exchange.grades import Scale
from tests.lib.ewp.example_record import COURSE, example
from tests.lib.ewp.schemas import validate

MOBILITY = "urn:hansa:mobilities:01234567-89ab-cdef-0123-456789abcdef"
STAY = Stay(
    host={"schac": "charite.de", "name": "Charité", "country": "DE", "url": "https://charite.de"},
    participant="P-1",
    first=date(2026, 10, 1),
    last=date(2027, 2, 15),
    year="2026/2027",
    field="0912",
)
GERMAN = Scale(name="de", passing=(("1", 10), ("2", 30)), failing=("5",))


def certified(**changes):
    return {
        "hansa": "transcript/1",
        "mobility": MOBILITY,
        "issued": "2027-02-20",
        "scale": GERMAN.to_json(),
        "courses": [
            {"code": "M-1", "title": "Medicine", "credits": "7.5", "grade": "1", "passed": True, "field": "0912"},
            {"code": "M-2", "title": "Law", "credits": "", "grade": "5", "passed": False, "field": "0421"},
            {
                "code": "R-1",
                "title": "Ward",
                "credits": "",
                "grade": "",
                "passed": True,
                "field": "0912",
                "department": "Cardiology",
                "hours": 120,
                "days": 18,
                "assessment": "Entrusted.",
            },
        ],
        **changes,
    }


def sent(document, version="3.0.0"):
    tor = tors.Tor("om-1", Record(record_of(document, stay=STAY), Learner("Ada", "Muster")))
    return tors.build_get([tor], version=version)


@pytest.mark.parametrize("version", tors.VERSIONS)
def test_record_of_makes_what_the_published_schema_accepts(version):
    validate(sent(certified(), version))


def test_transcript_of_gets_back_what_was_certified():
    found = tors.read_get(sent(certified()))[0].record.document

    back = transcript_of(found, mobility=MOBILITY)

    assert back["courses"] == certified()["courses"]
    assert back["scale"] == {"name": "de", "passing": [["1", 250_000], ["2", 750_000]], "failing": ["5"]}


def test_transcript_of_gets_back_the_same_scale_without_the_network():
    back = transcript_of(record_of(certified(), stay=STAY), mobility=MOBILITY)

    assert back["scale"]["passing"] == [["1", 100_000], ["2", 300_000]]


def test_transcript_of_has_no_rotation_without_its_days():
    found = tors.read_get(sent(certified(), "2.0.0"))[0].record.document

    assert "department" not in transcript_of(found, mobility=MOBILITY)["courses"][2]


@pytest.mark.parametrize("scale", [None, Scale(name="bare", passing=(("1", 0),), failing=("5",)).to_json()])
def test_record_of_has_no_table_where_nothing_was_counted(scale):
    courses = [{"code": "M-1", "title": "Law", "credits": "5", "grade": "", "passed": True}]

    found = record_of(certified(scale=scale, courses=courses), stay=STAY)

    assert found["distributions"] == []
    assert found["courses"][0]["field"] == "0912"
    assert transcript_of(found, mobility=MOBILITY)["courses"][0]["grade"] == ""


def unstated(**changes):
    bare = {**example()["scales"][0], "passing": [], "failing": []}
    course = {**COURSE, "grade": "1.3", "field": None}
    return example(**{"scales": [bare], "courses": [course], "distributions": [], "attachments": [], **changes})


def test_transcript_of_asks_for_a_scale_that_the_partner_did_not_say():
    with pytest.raises(InvalidError, match="does not say which grades pass"):
        transcript_of(unstated(), mobility=MOBILITY)


def test_transcript_of_takes_the_scale_of_whoever_knows_it():
    known = Scale(name="known", passing=(("1.0", 0), ("1.3", 0)), failing=("5.0",))
    table = {"field": "0912", "scale": None, "shares": [{"grade": "1.3", "share": "12.5"}]}
    other = {"field": "0421", "scale": None, "shares": [{"grade": "A", "share": "100"}]}

    found = transcript_of(unstated(distributions=[other, table]), mobility=MOBILITY, scale=known)

    assert found["scale"]["passing"] == [["1.0", 0], ["1.3", 125_000]]
    assert "field" not in found["courses"][0]


def test_transcript_of_keeps_a_scale_that_no_table_knows():
    known = Scale(name="known", passing=(("1.0", 7), ("1.3", 9)), failing=("5.0",))
    other = {"field": "0421", "scale": None, "shares": [{"grade": "A", "share": "100"}]}

    found = transcript_of(unstated(distributions=[other]), mobility=MOBILITY, scale=known)

    assert found["scale"] == known.to_json()


def test_transcript_of_leaves_out_what_has_no_result():
    pending = {**COURSE, "code": "M-9", "passed": None}

    found = transcript_of(example(courses=[COURSE, pending], attachments=[]), mobility=MOBILITY)

    assert [one["code"] for one in found["courses"]] == ["M-1"]


def test_transcript_of_refuses_where_nothing_has_a_result():
    with pytest.raises(InvalidError, match="none has a result yet"):
        transcript_of(example(courses=[{**COURSE, "passed": None}]), mobility=MOBILITY)
