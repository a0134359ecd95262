import copy
import hashlib
import re
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import assume, given
from lxml import etree

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia import LanguageSkill, SubjectArea
from hansa.lib.ewp.iia_hash import (
    alone,
    conditions_hash,
    forgeries,
    hash_alone,
    hash_document,
    iia_hash,
    is_forgery,
    leaks,
    published_hash,
)
from hansa.lib.ewp.iia_xml import get_response, iia_element
from hansa.lib.ewp.xml import parse
from tests.conformance import conformance
from tests.lib.ewp.interinstitutional import OURS, THEIRS, agreements, with_condition

DOCUMENTS = {
    "iia/get-response-xsltkit-v7.xml": 7,
    "iia/get-response-example-v6.xml": 6,
    "latest-examples/ewp-specs-api-iias-endpoints-get-response-example.xml": 7,
}
CLARIFICATION = "General medicine"
FORGERY = f"{CLARIFICATION}__cooperation-conditions.student-studies-mobility-spec.total-months-per-year=500"
NAME = re.compile(r"__(iia-id_[12]|[a-z0-9.-]+)=")


def fields(iia) -> list[tuple[str, str]]:
    """Say independently, in XPath, which fields the stylesheet of version 7 writes for an agreement without marks."""
    found = [
        (f"iia-id_{position}", partner.xpath("string(*[local-name()='iia-id'])"))
        for position, partner in enumerate(iia.xpath("*[local-name()='partner']"), start=1)
    ]
    for condition in iia.xpath("*[local-name()='cooperation-conditions']/*"):
        for leaf in condition.xpath(
            ".//*[not(*)][not(ancestor::*[local-name()='sending-contact' or local-name()='receiving-contact'])]"
            "[not(contains(local-name(), 'academic-year-id'))]"
        ):
            name = leaf.xpath("concat(local-name(../..), '.', local-name(..), '.', local-name())")
            found.append((name, leaf.xpath("string()")))
        for end in ("first", "last"):
            name = f"receiving-{end}-academic-year-id"
            found.append((name, condition.xpath(f"string(*[local-name()='{name}'])")))
    return found


def written(found: list[tuple[str, str]]) -> str:
    return "".join(f"_{name}={value}_" for name, value in found)


def fields_in(text: str) -> list[tuple[str, str]]:
    """Read the fields back out of the text that was hashed."""
    names = list(NAME.finditer("_" + text))
    ends = [name.start() for name in names[1:]] + [len(text)]
    return [(name[1], ("_" + text)[name.end() : end]) for name, end in zip(names, ends, strict=True)]


@given(agreements())
def test_text_is_what_the_stylesheet_says(iia):
    assume(iia.is_settled and not iia.terminated_as_a_whole)

    element = iia_element(iia)

    assert hash_alone(element).text == written(fields(element))
    assert hash_alone(element).may_be_approved


@given(agreements())
def test_fields_can_be_read_back_where_nothing_is_forged(iia):
    element = iia_element(iia)
    assume(iia.is_settled and not iia.terminated_as_a_whole and not forgeries(element))

    assert fields_in(hash_alone(element).text) == fields(element)


@pytest.mark.parametrize(("document", "version"), DOCUMENTS.items())
def test_published_documents_have_their_published_hash(document, version):
    root = parse((conformance("ewp") / "documents" / document).read_bytes())

    computed = iia_hash(root[0]) if version == 7 else conditions_hash(root[0])

    assert published_hash(root[0]) == computed


def test_published_document_of_version_6_has_the_hash_of_its_twin_in_version_7():
    folder = conformance("ewp") / "documents"
    old = parse((folder / "iia/get-response-example-v6.xml").read_bytes())
    new = parse((folder / "latest-examples/ewp-specs-api-iias-endpoints-get-response-example.xml").read_bytes())

    assert iia_hash(old[0], version=6) == iia_hash(new[0])


def test_wrong_hash_is_seen():
    root = parse((conformance("ewp") / "documents/iia/get-response-wrong-hash-v7.xml").read_bytes())

    assert published_hash(root[0]) != iia_hash(root[0])
    assert not hash_alone(root[0]).may_be_approved


def test_missing_year_still_counts():
    iia = iia_element(OURS)
    for year in iia.xpath("//*[local-name()='receiving-last-academic-year-id']"):
        year.getparent().remove(year)

    assert hash_alone(iia).text.count("__receiving-last-academic-year-id=_") == 3


def test_white_space_counts():
    iia = iia_element(OURS)
    before = iia_hash(iia)
    iia.xpath("//*[local-name()='cefr-level']")[0].text = "\n  B2\n"

    assert iia_hash(iia) != before
    assert "cefr-level=\n  B2\n_" in hash_alone(iia).text


def test_comment_in_a_value_does_not_count():
    iia = iia_element(OURS)
    before = iia_hash(iia)
    level = iia.xpath("//*[local-name()='cefr-level']")[0]
    level.text = "B"
    comment = etree.Comment("the first half")
    comment.tail = "2"
    level.append(comment)

    assert iia_hash(iia) == before


def test_attribute_counts_unless_it_is_a_mark():
    iia = iia_element(OURS)
    code = iia.xpath("//*[local-name()='isced-f-code']")[0]
    code.set("source", "UIS")
    code.set("v6-value", "091")
    code.set("{urn:x}v6-value", "0")

    text = hash_alone(iia).text

    name = "student-studies-mobility-spec.subject-area.isced-f-code"
    assert f"_@{name}.source=UIS@__@{name}.v6-value=0@__{name}=091_" in text
    assert not hash_alone(iia).may_be_approved
    assert f"_{name}=0912_" in hash_alone(iia, version=6).text


def test_unsettled_element_does_not_count_and_cannot_be_approved():
    skill = LanguageSkill(language="en", level="B2", not_yet_defined=True)
    iia = iia_element(with_condition(OURS, 0, mobilities_not_yet_defined=True, languages=(skill,)))

    hashed = hash_alone(iia)

    assert not hashed.may_be_approved
    assert hashed.text.count("mobilities-per-year") == 2
    assert hashed.text.count("cefr-level") == 2


def test_contact_does_not_count():
    iia = iia_element(OURS)
    with_contact = iia_element(with_condition(OURS, 0, sending_contacts=OURS.owner.contacts))

    assert iia_hash(iia) == iia_hash(with_contact)
    assert conditions_hash(iia) == conditions_hash(with_contact)


def test_conditions_hash_keeps_the_white_space_behind_a_contact():
    space = '<iia xmlns="urn:u"><cooperation-conditions><c>{}{}<x/>{}{}</c></cooperation-conditions></iia>'
    contact = "<sending-contact/>"
    with_contacts = parse(space.format(contact, " ", contact, "\n").encode())
    without = parse(space.format("", " ", "", "\n").encode())

    assert conditions_hash(with_contacts) == conditions_hash(without)


def test_conditions_hash_needs_one_list_of_conditions():
    with pytest.raises(InvalidError, match="one list of cooperation conditions"):
        conditions_hash(parse(b"<iia/>"))


def test_conditions_hash_of_what_has_no_canonical_form_is_refused():
    with pytest.raises(InvalidError, match="cooperation-conditions: this has no canonical form"):
        conditions_hash(
            parse(b'<iia xmlns="urn:u"><cooperation-conditions><c xmlns="relative"/></cooperation-conditions></iia>')
        )


def test_terminated_agreement_changes_only_its_own_hash():
    root = parse(get_response(OURS))
    other = iia_element(replace(THEIRS, terminated_as_a_whole=True))
    root.append(other)

    assert iia_hash(root[0]) == iia_hash(iia_element(OURS))
    assert hash_alone(root[1]).text.startswith("_@terminated-as-a-whole@__iia-id_1=s-1_")
    assert hash_document(root)[0].hash != iia_hash(root[0])
    assert leaks(root)
    assert not leaks(parse(get_response(OURS)))


def test_alone_keeps_nothing_beside_it():
    root = parse(get_response(OURS))
    root[0].tail = "\n"
    root.append(copy.deepcopy(root[0]))

    document = alone(root[0])

    assert etree.tostring(document) == etree.tostring(parse(get_response(OURS)))
    assert alone(parse(b"<iia/>")).tag == "iias-get-response"


@pytest.mark.parametrize("local", ["iia-id", "receiving-first-academic-year-id"])
def test_element_that_stands_there_twice_is_refused(local):
    iia = iia_element(OURS)
    found = iia.xpath(f"//*[local-name()='{local}']")[0]
    found.addnext(copy.deepcopy(found))

    with pytest.raises(InvalidError, match=f"{local}: this element stands there twice"):
        iia_hash(iia)


def test_published_hash_of_a_document_without_one_is_empty():
    assert published_hash(parse(b"<iia/>")) == ""


def test_two_different_agreements_with_one_hash_are_seen():
    honest = with_condition(OURS, 0, subject_areas=(SubjectArea(code="0912", clarification=CLARIFICATION),))
    honest = with_condition(honest, 0, total_per_year=Decimal(500), blended=False)
    forged = with_condition(honest, 0, subject_areas=(SubjectArea(code="0912", clarification=FORGERY),))
    forged = with_condition(forged, 0, total_per_year=None)

    one, other = iia_element(honest), iia_element(forged)

    assert iia_hash(one) == iia_hash(other)
    assert forgeries(one) == ()
    assert forgeries(other) == (
        "cooperation-conditions/student-studies-mobility-spec/subject-area/isced-clarification",
    )


def test_forgery_in_an_id_or_an_attribute_is_seen():
    iia = iia_element(replace(OURS, partners=(replace(OURS.owner, iia_id="1__iia-id_2=2"), OURS.other)))
    iia.xpath("//*[local-name()='subject-area']")[0].set("x", "a@__b=c")

    assert forgeries(iia) == ("partner/iia-id", "cooperation-conditions/student-studies-mobility-spec/subject-area")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("a__b=", True),
        ("a___b\n=c", True),
        ("__=", True),
        ("a_b=c", False),
        ("ECTS = 30, __ see below", False),
        ("", False),
    ],
)
def test_is_forgery_needs_a_border_and_a_name(text, is_one):
    assert is_forgery(text) is is_one


VALUES = ["", "x", " a ", "\n  x\n", "ä€", "a__b=c_", "_", "&<>\"'", "1", "true", "0912", "2026/2027", "x\ty"]
MARKS = ["not-yet-defined", "v6-value", "foo", "{urn:x}bar", "{urn:x}v6-value", "terminated-as-a-whole"]
NAMES = ["iia-id", "partner", "receiving-contact", "isced-f-code", "receiving-last-academic-year-id", "iia", "x"]


def spoil(root, *, by: Random) -> None:
    """Change a few things in a document, sensible or not."""
    for _ in range(by.randint(1, 6)):
        element = by.choice([one for one in root.iter("*") if one is not root] or [etree.SubElement(root, "x")])
        match by.randrange(5):
            case 0:
                element.text = by.choice(VALUES)
            case 1:
                element.set(by.choice(MARKS), by.choice(["true", "1", "false", "", "031"]))
            case 2:
                element.addnext(copy.deepcopy(element))
            case 3:
                element.insert(0, etree.Element(f"{{{by.choice(['urn:x', 'urn:y'])}}}{by.choice(NAMES)}"))
            case _:
                element.getparent().remove(element)


def by_saxon(processor, sheet, data: bytes) -> list[tuple[str, bool]] | None:
    """Return what the published stylesheet makes of a document, None where it refuses."""
    from saxonche import PySaxonApiError

    try:
        out = sheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=data.decode()))
    except PySaxonApiError:
        return None
    root = etree.fromstring(f"<all>{out.partition('?>')[2]}</all>".encode())
    return [(one.findtext("text-to-hash"), one.find("valid-for-approval") is None) for one in root]


def here(data: bytes, *, version: int) -> list[tuple[str, bool]] | None:
    try:
        return [(one.text, one.may_be_approved) for one in hash_document(parse(data), version=version)]
    except InvalidError:
        return None


@pytest.mark.parametrize("version", [7, 6])
def test_every_document_has_the_text_of_the_published_stylesheet(version):
    saxonche = pytest.importorskip("saxonche", reason="saxonche is the oracle of this test")
    sheets = list(conformance("ewp").rglob(f"transform_version_{version}.xsl"))
    if not sheets:
        pytest.skip(f"transform_version_{version}.xsl is not among the public vectors; put it there to run this test")
    processor = saxonche.PySaxonProcessor(license=False)
    sheet = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(sheets[0]))
    by = Random(version)
    for document in DOCUMENTS:
        for _ in range(100):
            root = etree.parse(conformance("ewp") / "documents" / document).getroot()
            spoil(root, by=by)
            data = etree.tostring(root)

            assert here(data, version=version) == by_saxon(processor, sheet, data)


def test_hash_is_the_sha_256_of_the_text():
    hashed = hash_alone(iia_element(OURS))

    assert hashed.hash == hashlib.sha256(hashed.text.encode()).hexdigest()
