"""Learning agreements as tests need them: one made up by hand, and any that the schema allows."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import strategies as st

from hansa.lib.ewp.contacts import Phone
from hansa.lib.ewp.learning_agreements import (
    REASON_CODES,
    ChangesProposal,
    Component,
    ContactPerson,
    Credit,
    LanguageSkill,
    LearningAgreement,
    Side,
    Signature,
    Student,
    TermNumber,
    Version,
)
from tests.lib.ewp.records import days, identifiers, maybe_identifiers, maybe_words, words

BY_STUDENT = Signature(
    timestamp=datetime(2026, 5, 4, 8, 30, tzinfo=UTC),
    signer_name="Ada Beispiel",
    signer_email="ada@example.org",
    signer_app="Hansa",
)
BY_SENDER = Signature(
    timestamp=datetime(2026, 5, 5, 9, tzinfo=UTC),
    signer_name="Bo Muster",
    signer_position="Erasmus coordinator",
    signer_email="bo@charite.example",
)
BY_RECEIVER = Signature(
    timestamp=datetime(2026, 5, 6, 9, tzinfo=UTC),
    signer_name="Cleo Exempel",
    signer_position="International officer",
    signer_email="cleo@ki.example",
)
SURGERY = Component(
    title="Surgery, 4th year",
    los_id="CR/4711",
    los_code="SURG4",
    loi_id="CRI/4711-26",
    term=TermNumber(1, 2),
    credits=(Credit("ects", Decimal("7.5")),),
    short_description="Four weeks on the ward.",
)
RECOGNISED = Component(
    title="Blockpraktikum Chirurgie",
    term=TermNumber(1, 2),
    credits=(Credit("ects", Decimal(8)), Credit("own", Decimal(2))),
    recognition_conditions="The logbook has to be complete.",
)
FIRST = Version(
    student_signature=BY_STUDENT,
    sending_hei_signature=BY_SENDER,
    receiving_hei_signature=BY_RECEIVER,
    components_studied=(SURGERY,),
    components_recognized=(RECOGNISED,),
    virtual_components=(Component(title="Preparation online"),),
)
PROPOSAL = ChangesProposal(
    id="c1",
    student_signature=BY_STUDENT,
    sending_hei_signature=BY_SENDER,
    components_studied=(
        Component(title=SURGERY.title, term=SURGERY.term, status="deleted", reason_code="not-available"),
        Component(title="Urology", term=SURGERY.term, status="inserted", reason_text="instead of surgery"),
    ),
    student=Student(family_name="Muster"),
)
AGREEMENT = LearningAgreement(
    omobility_id="m-1",
    sending_hei=Side(
        hei_id="charite.de",
        ounit_name="Faculty of Medicine",
        ounit_id="med",
        contact_person=ContactPerson(
            given_names="Bo", family_name="Muster", email="bo@charite.example", phone=Phone(e164="+4930450", ext="12")
        ),
    ),
    receiving_hei=Side(
        hei_id="ki.se",
        contact_person=ContactPerson(given_names="Cleo", family_name="Exempel", email="cleo@ki.example"),
    ),
    receiving_academic_year_id="2026/2027",
    student=Student(
        given_names="Ada",
        family_name="Beispiel",
        global_id="urn:schac:personalUniqueCode:int:esi:charite.de:4711",
        birth_date=date(2001, 2, 3),
        citizenship="DE",
        gender="2",
        email="ada@example.org",
    ),
    start_date=date(2026, 9, 1),
    end_year_month="2027-01",
    eqf_level_studied_at_departure=7,
    isced_f_code="0912",
    isced_clarification="Medicine",
    student_language_skill=LanguageSkill(language="en", cefr_level="C1"),
    first_version=FIRST,
    approved_changes=FIRST,
    changes_proposal=PROPOSAL,
    learning_outcomes_url="https://ki.example/surgery",
    provisions_url="https://charite.example/rules",
)

decimals = st.decimals(-1000, 1000, places=3)
terms = st.builds(TermNumber, st.integers(1, 4), st.integers(1, 4))
components = st.builds(
    Component,
    title=words,
    los_code=maybe_words,
    term=st.none() | terms,
    credits=st.lists(st.builds(Credit, words, decimals), max_size=2).map(tuple),
    recognition_conditions=maybe_words,
    short_description=maybe_words,
    status=st.sampled_from(["", "inserted", "deleted"]),
    reason_code=st.sampled_from(["", *REASON_CODES]),
    reason_text=st.just("") | st.just("because"),
)
signatures = st.builds(
    Signature,
    timestamp=st.datetimes(datetime(1000, 1, 2), timezones=st.just(UTC)),  # noqa: DTZ001 -- the zone is added
    signer_name=maybe_words,
    signer_position=maybe_words,
    signer_email=maybe_words,
    signer_app=maybe_words,
)
lists = st.lists(components, max_size=2).map(tuple)
parts = {
    "student_signature": signatures,
    "sending_hei_signature": signatures,
    "receiving_hei_signature": st.none() | signatures,
    "components_studied": lists,
    "components_recognized": lists,
    "virtual_components": lists,
    "blended_mobility_components": lists,
    "short_term_doctoral_components": lists,
}
versions = st.builds(Version, **parts)
some_students = st.builds(Student, given_names=maybe_words, family_name=words, birth_date=st.none() | days)
proposals = st.builds(ChangesProposal, **parts, id=identifiers, student=st.none() | some_students)
persons = st.builds(ContactPerson, given_names=words, family_name=words, email=st.just("bo@example.org"))
sides = st.builds(Side, hei_id=words, contact_person=persons, ounit_name=maybe_words, ounit_id=maybe_identifiers)
agreements = st.builds(
    LearningAgreement,
    omobility_id=identifiers,
    sending_hei=sides,
    receiving_hei=sides,
    receiving_academic_year_id=st.just("2026/2027"),
    student=some_students,
    start_year_month=st.just("2026-09"),
    end_date=days,
    eqf_level_studied_at_departure=st.integers(1, 8),
    isced_f_code=words,
    isced_clarification=maybe_words,
    student_language_skill=st.just(AGREEMENT.student_language_skill),
    first_version=st.none() | versions,
    approved_changes=st.none() | versions,
    changes_proposal=st.none() | proposals,
)
