import json
from dataclasses import replace
from decimal import Decimal

import pytest

from hansa.areas.exchange.queries.conditions import conditions_of, shown
from hansa.kernel.actions import GivenError
from hansa.lib.ewp.iia import Condition, LanguageSkill, SubjectArea
from hansa.lib.ewp.iia_contact import Contact, Words
from tests.areas.exchange.league import CHARITE, KI
from tests.areas.exchange.treaty import IN, OUT

OFFICE = (Contact(names=(Words("International office"),)),)


def read(*found, before=()) -> tuple[Condition, ...]:
    return conditions_of(json.dumps(found), ours=CHARITE, theirs=KI, before=before)


def test_what_is_shown_is_read_as_it_was():
    (bare,) = read(OUT)
    full = replace(
        bare,
        sending_ounit="med",
        receiving_ounit="klin",
        subject_areas=(SubjectArea(code="0912", clarification="surgery only"), SubjectArea(code="0913")),
        other_terms="Housing is given.",
        total_per_year=Decimal("7.5"),
        blended=True,
    )

    for condition in (bare, full):
        assert read(shown(condition, partner=KI)) == (condition,)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"direction": "both"}, "direction: it is out or in"),
        ({"places": 0}, "places: there is one place at least"),
        ({"places": -3}, "places: there is one place at least"),
        ({"languages": ["en"]}, "AttributeError"),
        ({"eqf": ["seven"]}, "ValueError"),
    ],
)
def test_condition_that_nobody_could_serve_is_refused_with_the_reason(change, why):
    with pytest.raises(GivenError, match=why):
        read({**OUT, **change})


def test_contacts_stay_with_their_condition_and_nothing_else_does():
    before = tuple(replace(one, sending_contacts=OFFICE) for one in read(OUT))

    first, second = read({**OUT, "places": 9}, IN, before=before)

    assert (first.mobilities_per_year, first.sending_contacts) == (9, OFFICE)
    assert second.sending_contacts == ()


def test_language_skills_stay_as_exact_as_they_were_unless_they_are_changed():
    skill = LanguageSkill(language="en", level="B2", subject_area=SubjectArea(code="0912"))
    before = tuple(replace(one, languages=(skill,)) for one in read(OUT))

    (kept,) = read(OUT, before=before)
    (changed,) = read({**OUT, "languages": {"en": "C1"}}, before=before)

    assert kept.languages == (skill,)
    assert changed.languages == (LanguageSkill(language="en", level="C1"),)
