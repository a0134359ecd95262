from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.elements import Text
from hansa.lib.ewp.omobilities import (
    GET,
    INDEX,
    UPDATE_REQUEST,
    UPDATE_RESPONSE,
    Approval,
    Rejection,
    Side,
    UpdateRequest,
    proposal_id,
    proposed,
)
from tests.conformance import conformance
from tests.lib.ewp.records import MOBILITY, NOMINATION, QUIET, STUDENT, SUMMER, mobilities, nominations
from tests.lib.ewp.schemas import faults, validate

APPROVAL = UpdateRequest(Approval(omobility_id="m-1", proposal_id="p1"))
REJECTION = UpdateRequest(Rejection(omobility_id="m-1", proposal_id="p1", comment="No place is left."))


@given(st.lists(mobilities, max_size=3).map(tuple))
@QUIET
def test_get_reads_what_it_built(found):
    assert GET.read(GET.build(found)) == found


@pytest.mark.parametrize("request_", [APPROVAL, REJECTION])
def test_update_request_reads_what_it_built(request_):
    assert UPDATE_REQUEST.read(UPDATE_REQUEST.build(request_)) == request_


def test_lists_read_what_they_built():
    assert INDEX.read(INDEX.build(["a", "b"])) == ("a", "b")
    assert UPDATE_RESPONSE.read(UPDATE_RESPONSE.build([Text("Noted.", "en")])) == (Text("Noted.", "en"),)


@given(mobilities)
@QUIET
def test_get_is_valid(found):
    validate(GET.build([found, replace(MOBILITY, nomination=SUMMER)]))


@pytest.mark.parametrize(
    "data",
    [
        GET.build([]),
        INDEX.build([]),
        INDEX.build(["a"]),
        UPDATE_REQUEST.build(APPROVAL),
        UPDATE_REQUEST.build(REJECTION),
        UPDATE_RESPONSE.build([]),
        UPDATE_RESPONSE.build([Text("Noted.", "en"), Text("Notiert.", "de")]),
    ],
)
def test_document_is_valid(data):
    validate(data)


def test_published_example_is_read():
    latest = conformance("ewp") / "documents" / "latest-examples"
    ids = INDEX.read((latest / "ewp-specs-api-omobilities-endpoints-index-response-example.xml").read_bytes())
    whole = (latest / "ewp-specs-fileext-ewpmobility-example.xml").read_text(encoding="utf-8")
    start, end = whole.index("<student-mobility>"), whole.index("</root:ewp-mobility-file>")
    data = f'<omobilities-get-response xmlns="{GET.namespace}">{whole[start:end]}</omobilities-get-response>'

    (found,) = GET.read(data.encode())

    assert len(ids) >= 1
    assert (found.omobility_id, found.student.gender) == ("c442c289-5541-4cae-9edb-8ad83e133613", "1")
    assert found.student.given_names == (Text("Ivan Petrovich"), Text("Иван Петрович", "ru-Cyrl"))
    assert found.nomination.sending_hei == Side(
        hei_id="uio.no", ounit_id="140", iia_id="dd87538e-49e3-44ae-844e-55ad1b819ce9"
    )
    assert found.nomination.proposal_id == "AE61266750D019063512516C7EE01968012C81F25A89"
    assert GET.read(GET.build([found])) == (found,)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"omobility_id": ""}, "student-mobility/omobility-id: this element is missing"),
        ({"omobility_id": "a b"}, "student-mobility/omobility-id: this must be an identifier"),
        ({"status": "unknown"}, "student-mobility/status: this must be one of pending, approved"),
        ({"student": replace(STUDENT, birth_date=None)}, "student/birth-date: this element is missing"),
        ({"student": replace(STUDENT, given_names=())}, "student/given-names: this element is missing"),
        ({"nomination": replace(NOMINATION, proposal_id="")}, "nomination/@proposal-id: this element is missing"),
        (
            {"nomination": replace(SUMMER, non_standard_mobility_period=False)},
            "give one of sending-academic-term-ewp-id",
        ),
        (
            {"nomination": replace(NOMINATION, activity_type="student-traineeships")},
            "activity-type: this must be one of",
        ),
        (
            {"nomination": replace(NOMINATION, agreement_isced_f_code="912")},
            "agreement-isced-f-code: this must be a field",
        ),
    ],
)
def test_build_refuses_what_the_schema_would(change, said):
    with pytest.raises(InvalidError, match=said):
        GET.build([replace(MOBILITY, **change)])


def test_error_names_the_mobility_and_nothing_about_its_student():
    data = GET.build([MOBILITY, MOBILITY]).replace(b"2001-02-03", b"3.2.2001", 2)

    with pytest.raises(InvalidError) as raised:
        GET.read(data)

    assert str(raised.value).startswith("student-mobility[1]/student/birth-date: this must be a day")
    assert "3.2.2001" not in str(raised.value)
    assert "Beispiel" not in str(raised.value)


def test_schema_refuses_a_mobility_without_student():
    data = GET.build([MOBILITY])
    start, end = data.index(b"<student>"), data.index(b"<nomination")

    assert faults(data[:start] + data[end:])
    with pytest.raises(InvalidError, match="student-mobility/student: this element is missing"):
        GET.read(data[:start] + data[end:])


@given(nominations, nominations)
@QUIET
def test_proposal_id_changes_if_and_only_if_the_nomination_does(one, other):
    assert (proposal_id(one) == proposal_id(other)) == (replace(one, proposal_id="") == replace(other, proposal_id=""))


def test_proposal_id_changes_with_every_field_but_itself():
    changed = {field.name: replace(NOMINATION, **{field.name: "other"}) for field in fields(NOMINATION)}

    same = {name for name, nomination in changed.items() if proposal_id(nomination) == proposal_id(NOMINATION)}

    assert same == {"proposal_id"}


def test_proposed_fills_in_the_identifier_and_leaves_the_student_out_of_it():
    ours = proposed(MOBILITY)
    renamed = proposed(replace(MOBILITY, student=replace(STUDENT, family_names=(Text("Muster"),)), status="approved"))

    assert ours.nomination.proposal_id == proposal_id(NOMINATION)
    assert renamed.nomination.proposal_id == ours.nomination.proposal_id


def test_read_each_keeps_the_others_of_a_broken_mobility():
    data = GET.build([MOBILITY, replace(MOBILITY, omobility_id="m-2")]).replace(b"2001-02-03", b"3.2.2001", 1)

    found, errors = GET.read_each(data)

    assert [mobility.omobility_id for mobility in found] == ["m-2"]
    assert [error.message.partition(":")[0] for error in errors] == ["student-mobility[1]/student/birth-date"]
