"""Make agreements for tests: one between Berlin and Stockholm, and strategies for any."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from hansa.lib.ewp.iia import Condition, Iia, Kind, LanguageSkill, Partner, SubjectArea, in_schema_order
from hansa.lib.ewp.iia_contact import Contact, Words
from hansa.lib.ewp.iia_reading import Received, read_get_response
from hansa.lib.ewp.iia_xml import get_response

BERLIN, STOCKHOLM = "charite.de", "ki.se"
OFFICE = Contact(
    names=(Words("International office", "en"), Words("Internationales Büro", "de")),
    given_names=(Words("Ada"),),
    family_names=(Words("Byron"),),
    phones=("+4930123456", "030 / 123 45"),
    emails=("office@example.org",),
    roles=(Words("Coordinator", "en"),),
)
STUDIES = Condition(
    kind=Kind.STUDENT_STUDIES,
    sending_hei=BERLIN,
    receiving_hei=STOCKHOLM,
    first_year="2026/2027",
    last_year="2028/2029",
    mobilities_per_year=4,
    languages=(LanguageSkill(language="en", level="B2"),),
    subject_areas=(SubjectArea(code="0912"),),
    total_per_year=Decimal(20),
    eqf_levels=(6, 7),
)
BACK = replace(STUDIES, sending_hei=STOCKHOLM, receiving_hei=BERLIN)
TEACHING = replace(
    STUDIES, kind=Kind.STAFF_TEACHER, mobilities_per_year=2, total_per_year=Decimal(10), eqf_levels=(), blended=False
)
OURS = Iia(
    partners=(
        Partner(hei=BERLIN, iia_id="b-1", iia_code="B 1", signing_date=date(2026, 3, 1), contacts=(OFFICE,)),
        Partner(hei=STOCKHOLM, iia_id="s-1", signing_contact=OFFICE),
    ),
    conditions=(STUDIES, BACK, TEACHING),
    pdf_file="file-1",
)


def mirrored(iia: Iia) -> Iia:
    """Return the same agreement as the other side would serve it."""
    return replace(iia, partners=(iia.other, iia.owner))


THEIRS = mirrored(OURS)


def received(iia: Iia, *, version: int = 7) -> Received:
    """Return an agreement as if a partner had served it."""
    (found,) = read_get_response(get_response(iia, version=version))
    return found


def with_condition(iia: Iia, position: int, **changes) -> Iia:
    """Return an agreement with one condition changed."""
    conditions = list(iia.conditions)
    conditions[position] = replace(conditions[position], **changes)
    return replace(iia, conditions=tuple(conditions))


ids = st.text(alphabet="abcXYZ019-_.:=", min_size=1, max_size=12)
words = st.text(alphabet="aä_=@ .&<\n", max_size=8)
codes = st.text(alphabet="0123456789", min_size=4, max_size=4)
areas = st.builds(SubjectArea, code=codes, clarification=st.none() | words, v6_value=st.sampled_from(["", "", "091"]))
skills = st.builds(
    LanguageSkill,
    language=st.sampled_from(["en", "sv", "de"]),
    level=st.sampled_from(["", "B1", "C2"]),
    subject_area=st.none() | areas,
    not_yet_defined=st.booleans(),
)
years = st.integers(2020, 2030).map(lambda year: f"{year}/{year + 1}")
totals = st.integers(1, 9999).map(lambda hundredths: Decimal(hundredths) / 100)


@st.composite
def conditions(draw):
    """Draw a condition that the schema of version 7 accepts."""
    kind = draw(st.sampled_from(Kind))
    first, last = sorted((draw(years), draw(years)))
    here, there = draw(st.permutations([BERLIN, STOCKHOLM]))
    return Condition(
        kind=kind,
        sending_hei=here,
        receiving_hei=there,
        first_year=first,
        last_year=last,
        mobilities_per_year=draw(st.integers(1, 99)),
        mobilities_not_yet_defined=draw(st.booleans()),
        sending_ounit=draw(st.just("") | ids),
        receiving_ounit=draw(st.just("") | ids),
        sending_contacts=draw(st.sampled_from([(), (OFFICE,)])),
        receiving_contacts=draw(st.sampled_from([(), (OFFICE,)])),
        languages=tuple(draw(st.lists(skills, min_size=1, max_size=2))),
        subject_areas=tuple(draw(st.lists(areas, max_size=2))),
        other_terms=draw(st.none() | words),
        total_per_year=draw(totals),
        blended=kind.is_student and draw(st.booleans()),
        eqf_levels=tuple(draw(st.lists(st.integers(1, 8), max_size=3))) if kind.is_student else (),
    )


@st.composite
def agreements(draw):
    """Draw an agreement that the schema of version 7 accepts."""
    return replace(
        OURS,
        partners=(
            replace(OURS.owner, iia_id=draw(ids), ounit=draw(st.just("") | ids)),
            replace(OURS.other, iia_id=draw(st.just("") | ids), iia_code=draw(st.sampled_from(["", "S 1"]))),
        ),
        conditions=in_schema_order(tuple(draw(st.lists(conditions(), max_size=4)))),
        in_effect=draw(st.booleans()),
        terminated_as_a_whole=draw(st.booleans()),
        pdf_file=draw(st.sampled_from(["", "f-1"])),
    )
