"""The budget of questions: by person and institution, for one purpose and one data set, in a span of days."""

from datetime import UTC, datetime, timedelta

import pytest

from hansa.lib.disclosure import Budget, Limits, Question, over_budget

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = Limits(studies_per_person=2, studies_per_institution=3, budget_days=30)


def question(**changes: object) -> Question:
    values = {"person": "p1", "institution": "solna", "purpose": "DUO:0000042", "data": "sha256:1", "at": NOW}
    return Question(**{**values, **changes})  # type: ignore[arg-type]  # reason: a test names what it changes


def before(days: int, **changes: object) -> Question:
    return question(at=NOW - timedelta(days=days), **changes)


def test_budget_of_nothing_spent_is_whole() -> None:
    found = Budget.left(question(), [], limits=LIMITS)

    assert (found.left_to_person, found.left_to_institution, found.grows, found.is_spent) == (2, 3, None, False)


@pytest.mark.parametrize("other", [{"institution": "berlin"}, {"purpose": "DUO:0000007"}, {"data": "sha256:2"}])
def test_budget_counts_one_institution_purpose_and_data_set(other: dict[str, str]) -> None:
    found = Budget.left(question(), [before(1, **other)], limits=LIMITS)

    assert (found.left_to_person, found.left_to_institution) == (2, 3)


def test_budget_of_a_person_is_spent_and_grows_when_the_oldest_is_forgotten() -> None:
    spent = [before(40), before(20), before(10)]

    (finding,) = over_budget(question(), spent, limits=LIMITS)

    assert finding.message == "The person who proposes has used up the 2 studies on these data for this purpose."
    assert finding.remedy == (
        "Wait until 2026-03-11, when the oldest no longer counts, "
        "or ask the parties to amend the limit studies_per_person of the clause."
    )
    assert over_budget(question(), spent[:2], limits=LIMITS) == []


def test_budget_of_an_institution_is_spent_by_whatever_names_it_gives_its_people() -> None:
    spent = [before(day, person=f"p{day}") for day in (3, 4, 5)]

    (finding,) = over_budget(question(), spent, limits=LIMITS)

    assert finding.place == "studies_per_institution"
    assert "The institution that proposes has used up the 3 studies" in finding.message


def test_budget_of_none_has_no_day_on_which_it_grows() -> None:
    (finding,) = over_budget(question(), [], limits=Limits(studies_per_person=0))

    assert finding.remedy.startswith("Decline, or ask")
