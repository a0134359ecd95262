"""Records of mobilities as tests need them: one made up by hand, and any that the schema allows."""

from dataclasses import replace
from datetime import date

from hypothesis import settings
from hypothesis import strategies as st

from hansa.lib.ewp.elements import Text
from hansa.lib.ewp.omobilities import ACTIVITY_ATTRIBUTES, STATUSES, Mobility, Nomination, Side, Student

STUDENT = Student(
    given_names=(Text("Ada Maria"), Text("Ада", "ru-Cyrl")),
    family_names=(Text("Beispiel"),),
    global_id="urn:schac:personalUniqueCode:int:esi:charite.de:4711",
    birth_date=date(2001, 2, 3),
    nationality="DE",
    gender="2",
    email="ada@example.org",
)
NOMINATION = Nomination(
    sending_hei=Side(hei_id="charite.de", ounit_id="med", iia_id="iia-1"),
    receiving_hei=Side(hei_id="ki.se", iia_id="iia-9"),
    sending_academic_term_ewp_id="2026/2027-1/2",
    receiving_academic_year_id="2026/2027",
    agreement_isced_f_code="0912",
    eqf_level_studied_at_departure=7,
    nominee_isced_f_code="0912",
    comment="One place above the quota, as agreed.",
    proposal_id="p1",
)
MOBILITY = Mobility(omobility_id="m-1", student=STUDENT, nomination=NOMINATION)
SUMMER = replace(NOMINATION, sending_academic_term_ewp_id="", non_standard_mobility_period=True)

#: A busy machine is no failure.
QUIET = settings(deadline=None)

words = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), min_size=1
    )
    .map(str.strip)
    .filter(lambda said: said and not any(0xFDD0 <= ord(sign) <= 0xFDEF for sign in said))
)
maybe_words = st.just("") | words
identifiers = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64)
maybe_identifiers = st.just("") | identifiers
languages = st.sampled_from(["", "en", "de", "sv", "ru-Cyrl"])
texts = st.builds(Text, words, languages)
some_texts = st.lists(texts, min_size=1, max_size=3).map(tuple)
days = st.dates(min_value=date(1000, 1, 1))
codes = st.from_regex(r"[0-9]{4}", fullmatch=True).filter(str.isascii)
sides = st.builds(Side, hei_id=words, ounit_id=maybe_identifiers, iia_id=maybe_identifiers)
students = st.builds(
    Student,
    given_names=some_texts,
    family_names=some_texts,
    global_id=words,
    birth_date=days,
    nationality=st.sampled_from(["DE", "SE"]),
    gender=st.sampled_from("0129"),
    email=st.just("ada@example.org"),
)
nominations = st.builds(
    Nomination,
    sending_hei=sides,
    receiving_hei=sides,
    sending_academic_term_ewp_id=st.just("2026/2027-2/2"),
    receiving_academic_year_id=st.just("2026/2027"),
    activity_attributes=st.sampled_from(ACTIVITY_ATTRIBUTES),
    agreement_isced_f_code=codes,
    eqf_level_studied_at_departure=st.integers(1, 8),
    nominee_isced_f_code=codes,
    comment=maybe_words,
    proposal_id=words,
)
mobilities = st.builds(
    Mobility,
    omobility_id=identifiers,
    student=students,
    nomination=nominations,
    status=st.sampled_from(STATUSES),
)
