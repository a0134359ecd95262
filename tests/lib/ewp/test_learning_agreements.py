from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.elements import Text
from hansa.lib.ewp.learning_agreements import (
    GET,
    INDEX,
    UPDATE_REQUEST,
    UPDATE_RESPONSE,
    Credit,
    ProposalApproval,
    ProposalComment,
    UpdateRequest,
    proposal_id,
    proposed,
)
from tests.conformance import conformance
from tests.lib.ewp.agreements import AGREEMENT, BY_RECEIVER, BY_STUDENT, FIRST, PROPOSAL, SURGERY, agreements, proposals
from tests.lib.ewp.schemas import faults, validate

MANY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
LATEST = "documents/latest-examples/ewp-specs-api-omobility-las-examples"
APPROVAL = UpdateRequest(
    sending_hei_id="charite.de",
    decision=ProposalApproval(omobility_id="m-1", changes_proposal_id="c1", signature=BY_RECEIVER),
)
COMMENT = UpdateRequest(
    sending_hei_id="charite.de",
    decision=ProposalComment(
        omobility_id="m-1", changes_proposal_id="c1", comment="Urology is full.", signature=BY_RECEIVER
    ),
)
DOCTORAL = replace(
    FIRST,
    components_studied=(),
    components_recognized=(),
    virtual_components=(),
    short_term_doctoral_components=(SURGERY,),
)
BLENDED = replace(DOCTORAL, short_term_doctoral_components=(), blended_mobility_components=(SURGERY,))


@pytest.mark.parametrize(
    "agreement",
    [
        AGREEMENT,
        replace(AGREEMENT, first_version=DOCTORAL, approved_changes=None, changes_proposal=None),
        replace(AGREEMENT, first_version=BLENDED, approved_changes=None, changes_proposal=None),
        replace(AGREEMENT, first_version=None, approved_changes=None),
    ],
)
def test_get_reads_what_it_built(agreement):
    assert GET.read(GET.build([agreement])) == (agreement,)


@given(agreements)
@MANY
def test_get_reads_any_that_it_built(agreement):
    assert GET.read(GET.build([agreement])) == (agreement,)


@given(agreements)
@MANY
def test_get_is_valid(agreement):
    validate(GET.build([agreement, AGREEMENT]))


@pytest.mark.parametrize("request_", [APPROVAL, COMMENT])
def test_update_request_reads_what_it_built(request_):
    assert UPDATE_REQUEST.read(UPDATE_REQUEST.build(request_)) == request_


def test_lists_read_what_they_built():
    assert INDEX.read(INDEX.build(["a", "b"])) == ("a", "b")
    assert UPDATE_RESPONSE.read(UPDATE_RESPONSE.build([Text("Noted.", "en")])) == (Text("Noted.", "en"),)


@pytest.mark.parametrize(
    "data",
    [
        GET.build([]),
        GET.build([AGREEMENT, replace(AGREEMENT, first_version=DOCTORAL), replace(AGREEMENT, first_version=BLENDED)]),
        INDEX.build([]),
        INDEX.build(["a"]),
        UPDATE_REQUEST.build(APPROVAL),
        UPDATE_REQUEST.build(COMMENT),
        UPDATE_RESPONSE.build([]),
        UPDATE_RESPONSE.build([Text("Noted.", "en")]),
    ],
)
def test_document_is_valid(data):
    validate(data)


def test_published_example_of_an_index_is_read():
    data = (conformance("ewp") / f"{LATEST}-index-response-example.xml").read_bytes()

    assert INDEX.read(data) == (
        "2a83d860-b9c9-4baf-81f4-5110d217d273",
        "85912bfc-91d7-4379-b828-3324aab7140b",
        "752c2e10-4d21-45d4-ba8e-0d3f6e5ff7ca",
    )


def test_published_example_of_a_comment_is_read():
    data = (conformance("ewp") / f"{LATEST}-update-request-examples-comment-proposal-v1.xml").read_bytes()

    request = UPDATE_REQUEST.read(data)

    assert request.sending_hei_id == "uw.edu.pl"
    assert isinstance(request.decision, ProposalComment)
    assert request.decision.signature.signer_position == "Mobility coordinator"
    assert request.decision.signature.timestamp == datetime(2018, 11, 14, 6, 18, 19, tzinfo=UTC)
    assert UPDATE_REQUEST.read(UPDATE_REQUEST.build(request)) == request


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"start_year_month": "2026-09"}, "la: give one of start-date or start-year-month and only one"),
        ({"end_year_month": ""}, "la: give one of end-date or end-year-month and only one"),
        ({"learning_outcomes_url": "ftp://x"}, "la/learning-outcomes-url: this must be an address"),
        (
            {"first_version": replace(FIRST, components_studied=(replace(SURGERY, title=""),))},
            "la/first-version/components-studied/component/title: this element is missing",
        ),
        (
            {"first_version": replace(FIRST, components_studied=(SURGERY, replace(SURGERY, los_id="4711")))},
            r"components-studied/component\[2\]/los-id: this must be a course's identifier",
        ),
        ({"changes_proposal": replace(PROPOSAL, id="")}, "la/changes-proposal/@id: this element is missing"),
    ],
)
def test_build_refuses_what_the_schema_would(change, said):
    with pytest.raises(InvalidError, match=said):
        GET.build([replace(AGREEMENT, **change)])


@pytest.mark.parametrize(
    ("local", "said"),
    [
        ("omobility-id", "la/omobility-id: this element is missing"),
        ("contact-person", "la/sending-hei/contact-person: this element is missing"),
        ("student", "la/student: this element is missing"),
        ("start-date", "la/start-date or start-year-month: this element is missing"),
        ("student-language-skill", "la/student-language-skill: this element is missing"),
        ("student-signature", "la/first-version/student-signature: this element is missing"),
        ("timestamp", "la/first-version/student-signature/timestamp: this element is missing"),
    ],
)
def test_read_names_what_is_missing_and_nothing_about_the_student(local, said):
    data = GET.build([AGREEMENT])
    start, end = data.index(f"<{local}>".encode()), data.index(f"</{local}>".encode())
    broken = data[:start] + data[end + len(f"</{local}>") :]

    with pytest.raises(InvalidError, match=said) as raised:
        GET.read(broken)

    assert "Beispiel" not in str(raised.value)


def test_schema_refuses_an_agreement_without_student_as_we_do():
    data = GET.build([AGREEMENT])
    start, end = data.index(b"<student>"), data.index(b"<start-date>")

    assert faults(data[:start] + data[end:])


@given(proposals, proposals)
@MANY
def test_proposal_id_changes_if_and_only_if_the_proposal_does(one, other):
    assert (proposal_id(one) == proposal_id(other)) == (replace(one, id="") == replace(other, id=""))


def test_proposal_id_changes_with_every_field_but_itself():
    changed = {field.name: replace(PROPOSAL, **{field.name: "other"}) for field in fields(PROPOSAL)}

    same = {name for name, proposal in changed.items() if proposal_id(proposal) == proposal_id(PROPOSAL)}

    assert same == {"id"}


def test_proposal_id_is_the_same_after_a_round_through_a_database():
    there = replace(BY_STUDENT, timestamp=BY_STUDENT.timestamp.astimezone(timezone(timedelta(hours=2))))
    written = (replace(SURGERY, credits=(Credit("ects", Decimal("7.500")),)),)
    before = replace(PROPOSAL, components_studied=(SURGERY,))
    after = replace(before, student_signature=there, components_studied=written)

    assert proposal_id(after) == proposal_id(before)


def test_proposed_fills_in_the_identifier_where_there_is_a_proposal():
    settled = replace(AGREEMENT, changes_proposal=None)

    assert proposed(AGREEMENT).changes_proposal.id == proposal_id(PROPOSAL)
    assert proposed(settled) == settled
