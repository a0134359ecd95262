from dataclasses import replace
from decimal import Decimal

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia import Kind
from hansa.lib.ewp.iia_answers import index_response
from hansa.lib.ewp.iia_reading import read_get_response, read_stored
from hansa.lib.ewp.iia_xml import get_response, iia_element
from hansa.lib.ewp.xml import parse, write
from tests.conformance import conformance
from tests.lib.ewp.interinstitutional import OURS, THEIRS, received

DATA = get_response(OURS)


def changed(old: str, new: str, *, version: int = 7):
    """Return our agreement as received after one replacement in its XML."""
    data = get_response(OURS, version=version)
    assert old.encode() in data
    return read_get_response(data.replace(old.encode(), new.encode()))[0]


def test_read_keeps_the_raw_document_of_each_agreement():
    root = parse(DATA)
    root.append(iia_element(THEIRS))

    found = read_get_response(write(root))

    assert [read_stored(one.raw) for one in found] == list(found)
    assert [one.iia for one in found] == [OURS, THEIRS]
    assert all(one.hash_holds and not one.is_leaking for one in found)


def test_read_flags_an_agreement_whose_hash_another_would_change():
    root = parse(DATA)
    root.append(iia_element(replace(THEIRS, terminated_as_a_whole=True)))

    honest, terminated = read_get_response(write(root))

    assert honest.is_leaking
    assert honest.hash_holds
    assert not terminated.is_leaking
    assert terminated.iia.terminated_as_a_whole


def test_read_passes_over_what_it_does_not_know():
    found = changed("<in-effect>", "<news>x</news><in-effect>")

    assert found.iia == OURS
    assert found.hash_holds
    assert b"<news>x</news>" in found.raw


def test_read_passes_over_an_unknown_kind_of_condition_but_sees_the_hash():
    found = changed("</cooperation-conditions>", "<other-mobility-spec/></cooperation-conditions>")

    assert found.iia == OURS


def test_read_accepts_a_partner_without_its_hash():
    found = changed("iia-hash>", "no-hash>")

    assert found.published == ""
    assert not found.hash_holds


def test_read_of_a_broken_agreement_does_not_hide_the_others():
    root = parse(DATA)
    root.append(iia_element(THEIRS))
    data = write(root).replace(b"<hei-id>ki.se</hei-id><iia-id>s-1", b"<hei-id> </hei-id><iia-id>s-1", 1)

    broken, whole = read_get_response(data)

    assert broken.iia is None
    assert broken.fault == "partner/hei-id: this element is missing or empty."
    assert broken.remedy
    assert not broken.hash_holds
    assert whole.iia == THEIRS


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<in-effect>false", "<in-effect>maybe", "in-effect: this is neither"),
        ("<in-effect>", "<partner/><in-effect>", "two partners"),
        ("<signing-date>2026-03-01", "<signing-date>soon", "signing-date: this is no date"),
        ("<mobilities-per-year>4<", "<mobilities-per-year>many<", "condition 1, student studies: mobilities-per-year"),
        ("<mobilities-per-year>2<", "<mobilities-per-year>0<", "condition 3, staff teacher: mobilities-per-year"),
        ("<total-months-per-year>20<", "<total-months-per-year>-2<", "total-months-per-year is no number"),
        ("<eqf-level>6<", "<eqf-level>9<", "eqf-level: this is no level"),
        ("<blended>false<", "<blended><", "blended: this is neither"),
        ("<language>en<", "<language><", "language skill: language is missing"),
        ("<isced-f-code>0912<", "<isced-f-code><", "subject area: isced-f-code is missing"),
        ("isced-f-code>0912</isced-f-code", "x>0912</x", "subject area: isced-f-code is missing"),
        ("<sending-hei-id>charite.de<", "<sending-hei-id><", "condition 1, student studies: sending-hei-id is missing"),
        ("<receiving-first-academic-year-id>2026/2027<", "<receiving-first-academic-year-id>2026<", "no academic year"),
        ("receiving-last-academic-year-id>", "x>", "receiving-last-academic-year-id is missing"),
        ("<iia-id>b-1</iia-id>", "<iia-id>b-1</iia-id><iia-id>b-2</iia-id>", "stands there twice"),
    ],
)
def test_read_names_the_place_of_a_fault(old, new, fault):
    found = changed(old, new)

    assert found.iia is None
    assert fault in found.fault


def test_read_takes_numbers_and_truths_as_the_schema_does():
    found = changed("<in-effect>false", "<in-effect> 1 ")
    more = changed("<total-months-per-year>20<", "<total-months-per-year>20.50<")

    assert found.iia.in_effect
    assert more.iia.conditions[0].total_per_year == Decimal("20.5")


def test_read_without_a_number_of_people_leaves_it_open():
    found = changed("mobilities-per-year>", "x>")

    assert [condition.mobilities_per_year for condition in found.iia.conditions] == [None, None, None]


def test_read_of_version_6_refuses_a_gap_between_years():
    found = changed("<receiving-academic-year-id>2027/2028</receiving-academic-year-id>", "", version=6)

    assert "do not follow each other without a gap" in found.fault


def test_read_refuses_more_conditions_than_can_be_compared():
    found = received(replace(OURS, conditions=OURS.conditions[:1] * 501))

    assert found.fault == "An agreement has at most 500 cooperation conditions here."


def test_read_refuses_what_is_no_agreement():
    with pytest.raises(InvalidError, match="not an agreement of version 7 or 6"):
        read_get_response(index_response([]))


def test_read_stored_needs_exactly_one():
    with pytest.raises(InvalidError, match="exactly one agreement"):
        read_stored(get_response(None))


def test_read_understands_every_published_document():
    folder = conformance("ewp") / "documents"
    paths = [*folder.glob("iia/*.xml"), *folder.glob("latest-examples/*iias-endpoints-get*.xml")]

    found = {path.name: received_from(path) for path in paths}

    assert {name for name, one in found.items() if not one.hash_holds} == {"get-response-wrong-hash-v7.xml"}
    assert all(one.iia and not one.fault and not one.forgeries for one in found.values())
    kinds = [one.kind for one in found["get-response-example-v6.xml"].iia.conditions]
    assert kinds == [*list(Kind)[:3], Kind.STAFF_TEACHER, Kind.STAFF_TRAINING]


def received_from(path):
    (found,) = read_get_response(path.read_bytes())
    return found


def test_received_agreement_of_ours_holds_no_forgery():
    assert received(OURS).forgeries == ()
