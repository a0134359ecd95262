"""ELMO from partners who fill it in their own ways becomes a checked record or a plain refusal."""

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp import tors
from hansa.lib.ewp.elmo import NAMESPACES
from hansa.lib.ewp.elmo_reading import content_of, moment, read
from hansa.lib.ewp.xml import parse
from tests.conformance import conformance

ISSUER = (
    '<issuer><country>PL</country><identifier type="schac">UW.edu.pl</identifier>'
    '<title xml:lang="pl">Uniwersytet</title><title xml:lang="en">University</title><url>https://uw.edu.pl</url></issuer>'
)
LEARNER = "<learner><givenNames>Jan</givenNames><familyName>K</familyName></learner>"
LOI = "<specifies><learningOpportunityInstance>{}</learningOpportunityInstance></specifies>"


def elmo(courses="", *, issuer=ISSUER, learner=LEARNER, after="", issued="2015-10-31T07:00:00+02:00"):
    return parse(
        f'<elmo xmlns="{NAMESPACES["1.6.0"]}">{learner}<report>{issuer}{courses}'
        f"<issueDate>{issued}</issueDate>{after}</report></elmo>".encode()
    )


def los(inside="", *, identifier="", title="<title>Law</title>", parts=""):
    one = f"<learningOpportunitySpecification>{identifier}{title}{LOI.format(inside)}{parts}"
    return one + "</learningOpportunitySpecification>"


def test_read_takes_the_english_title_and_the_schac_code():
    found = read(elmo(los())).document

    assert found["host"] == {
        "schac": "uw.edu.pl",
        "name": "University",
        "country": "PL",
        "url": "https://uw.edu.pl",
    }
    assert found["issued"] == "2015-10-31T05:00:00Z"
    assert found["participant"] == "unknown"


@pytest.mark.parametrize(
    ("identifier", "code"),
    [
        ("", "1"),
        ('<identifier type="nus">7</identifier>', "7"),
        ('<identifier type="nus">7</identifier><identifier type="ewp-los-id">CR/1</identifier>', "CR/1"),
        ('<identifier type="ewp-los-id">CR/1</identifier><identifier type="local">L</identifier>', "L"),
    ],
)
def test_read_takes_the_best_identifier_of_a_course(identifier, code):
    found = read(elmo(los(identifier=identifier))).document

    assert found["courses"][0]["code"] == code


def test_read_takes_the_period_from_the_days_of_the_courses():
    courses = los("<date>2015-03-17</date>") + los("<date>2014-12-01</date>")

    found = read(elmo(courses)).document

    assert found["period"] == {"from": "2014-12-01", "until": "2015-03-17"}
    assert found["year"] == "2014/2015"


def test_read_takes_the_day_of_issue_where_no_course_has_one():
    found = read(elmo(los(), issued="2015-05-31T07:00:00")).document

    assert found["period"] == {"from": "2015-05-31", "until": "2015-05-31"}
    assert found["year"] == "2014/2015"


def test_read_counts_credits_of_the_european_system_only():
    other = "<credit><scheme>local</scheme><value>9</value></credit>"
    ects = "<credit><scheme>ects</scheme><value>6</value></credit>"

    found = read(elmo(los(other) + los(other + ects))).document

    assert [course["credits"] for course in found["courses"]] == [None, "6"]


@pytest.mark.parametrize(
    ("level", "expected"), [("EQF</type><value>7", 7), ("EQF</type><value>x", None), ("NQF</type><value>7", None)]
)
def test_read_takes_the_european_level_only(level, expected):
    found = read(elmo(los(f"<level><type>{level}</value></level>"))).document

    assert found["courses"][0]["level"] == expected


def test_read_names_a_scale_that_is_nowhere_described():
    loi = "<gradingSchemeLocalId>0-100</gradingSchemeLocalId>"
    described = '<gradingScheme localId="a"><description>Five to two</description></gradingScheme>'

    found = read(elmo(los(loi), after=described + '<gradingScheme localId="b"/>')).document

    titles = [(one["id"], one["title"]) for one in found["scales"]]
    assert titles == [("a", "Five to two"), ("b", "b"), ("0-100", "0-100")]


def test_read_keeps_parts_and_drops_references_to_nothing():
    reference = "<attachments><ref>a-9</ref></attachments>"

    found = read(elmo(los(parts=f"<hasPart>{los(reference)}</hasPart>"))).document

    assert found["courses"][0]["parts"][0]["attachments"] == []
    assert found["courses"][0]["parts"][0]["code"] == "1.1"


def test_read_takes_attachments_that_say_little():
    attachments = "<attachment/><attachment><type>Certificate of Enrolment</type><content>none</content></attachment>"

    found = read(elmo(los(), after=attachments))

    assert found.document["attachments"] == [
        {"id": "attachment-1", "title": "Attachment", "kind": "Other"},
        {"id": "attachment-2", "title": "Certificate of Enrolment", "kind": "Other"},
    ]
    assert found.contents == {}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (lambda: parse(b"<elmo/>"), "not an ELMO"),
        (lambda: parse(f'<tor xmlns="{NAMESPACES["1.6.0"]}"/>'.encode()), "not an ELMO"),
        (lambda: parse(f'<elmo xmlns="{NAMESPACES["2.1.1"]}"/>'.encode()), "elmo/report"),
        (lambda: elmo(los(), learner=""), "elmo/learner"),
        (lambda: elmo(los(), issuer=""), "report/issuer"),
        (lambda: elmo(los(), issuer="<issuer/>"), "schac"),
        (lambda: elmo(los(title="<title> </title>")), "title"),
        (
            lambda: elmo("<learningOpportunitySpecification><title>Law</title></learningOpportunitySpecification>"),
            "learningOpportunityInstance",
        ),
        (lambda: elmo(los(), issued="yesterday"), "no date and time"),
        (lambda: elmo(los("<date>2015-02-30</date>")), "no day"),
        (lambda: elmo(""), "courses"),
    ],
)
def test_read_refuses_naming_the_place(document, message):
    with pytest.raises(InvalidError, match=message):
        read(document())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("data:application/pdf;base64,YWI=", b"ab"),
        ("data:text/plain;charset=utf-8;base64,YW\nI=", b"ab"),
        ("data:application/pdf;base64,Y*", None),
        ("data:application/pdf,ab", None),
        ("https://example.org/a,b;base64", None),
        ("", None),
    ],
)
def test_content_of_reads_data_addresses_only(written, expected):
    assert content_of(written) == expected


def test_moment_is_in_universal_time():
    assert moment("2015-10-31T12:00:00.5+02:00") == "2015-10-31T10:00:00Z"
    assert moment("2015-10-31T12:00:00") == "2015-10-31T12:00:00Z"


def test_read_takes_the_published_example():
    data = (conformance("ewp") / "documents/latest-examples/elmo-schemas-example.xml").read_bytes()

    found = read(parse(data))

    assert found.document["host"]["schac"] == "uw.edu.pl"
    assert found.document["courses"][0]["parts"][0]["credits"] == "15"


def test_read_takes_the_published_answer():
    place = "documents/latest-examples/ewp-specs-api-imobility-tors-endpoints-get-response-example.xml"

    found = tors.read_get((conformance("ewp") / place).read_bytes())

    shares = [one["share"] for one in found[0].record.document["distributions"][0]["shares"]]
    assert shares == ["0.8", "24.7", "26.3", "36.3", "9.9", "2.0"]
