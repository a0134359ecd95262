"""Places go by published criteria: fair by score, the same in any order, explained line by line."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.exchange.ranking import Application, Criterion, lot, rank, score, shown

CRITERIA = (Criterion("grades", 3), Criterion("language", 1))
PLACES = {"Berlin": 1, "Stockholm": 1}


def application(name, grades=50, language=50, *, wishes=("Berlin", "Stockholm"), unmet=()):
    return Application(id=name, points={"grades": grades, "language": language}, wishes=wishes, unmet=unmet)


def ranked(*applications, places=PLACES, criteria=CRITERIA, seed="s"):
    return rank(applications, criteria=criteria, places=places, seed=seed)


def test_rank_gives_places_by_score_and_wish():
    found = ranked(application("c", 70), application("a", 90), application("b", 80))

    assert [(line.id, line.rank, line.destination, line.wish) for line in found.lines] == [
        ("a", 1, "Berlin", 1),
        ("b", 2, "Stockholm", 2),
        ("c", 3, None, None),
    ]
    assert found.left == {"Berlin": 0, "Stockholm": 0}


def test_rank_explains_each_line():
    found = ranked(application("a", 90), application("b", 80), application("c", 70))

    assert [line.explanation for line in found.lines] == [
        "Rank 1 with a score of 80.00. Wish 1, Berlin: a place.",
        "Rank 2 with a score of 72.50. Wish 1, Berlin: all places went to higher ranks. Wish 2, Stockholm: a place.",
        (
            "Rank 3 with a score of 65.00. Wish 1, Berlin: all places went to higher ranks. "
            "Wish 2, Stockholm: all places went to higher ranks. No wish is left: no place."
        ),
    ]


def test_rank_excludes_with_the_published_sentence():
    found = ranked(application("a", 100, unmet=("Two semesters are needed.",)), application("b", 1))

    assert found.lines[0].destination == "Berlin"
    assert found.lines[1].rank is None
    assert found.lines[1].explanation == "Not eligible: Two semesters are needed."


def test_rank_breaks_a_tie_by_the_first_criterion():
    # 3 * 60 + 20 = 3 * 50 + 50 = 200.
    found = ranked(application("b", 50, 50), application("a", 60, 20))

    assert [line.id for line in found.lines] == ["a", "b"]
    assert all("the points in the criteria decided" in line.explanation for line in found.lines)


def test_rank_breaks_the_last_tie_by_the_published_lot():
    names = [f"urn:{number}" for number in range(6)]

    found = ranked(*(application(name) for name in names), seed="2027")

    assert [line.id for line in found.lines] == sorted(names, key=lambda name: lot(name, seed="2027"))
    assert all("the lot decided" in line.explanation for line in found.lines)


def test_lot_is_the_keyed_hash_of_the_id():
    # RFC 4231, test case 2: key "Jefe", data "what do ya want for nothing?".
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

    assert lot("what do ya want for nothing?", seed="Jefe") == expected


def test_score_counts_yes_as_hundred_and_no_as_nothing():
    assert score(application("a", grades=True, language=False), criteria=CRITERIA) == 75
    assert score(application("a", grades=False, language=True), criteria=CRITERIA) == 25
    assert score(application("a", 33, 34), criteria=CRITERIA) == Fraction(133, 4)


def test_rank_takes_yes_and_no_among_points():
    found = ranked(application("a", 99, language=True), application("b", 99, language=False))

    assert [line.points for line in found.lines] == [{"grades": 99, "language": 100}, {"grades": 99, "language": 0}]


def test_shown_rounds_down_to_two_digits():
    assert shown(Fraction(200, 3)) == "66.66"
    assert shown(Fraction(100)) == "100.00"


def test_rank_accepts_an_application_without_wishes_or_none_at_all():
    assert ranked().lines == ()
    assert ranked(application("a", wishes=())).lines[0].destination is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"criteria": ()}, "criteria: there are none"),
        ({"criteria": (Criterion("grades", 1), Criterion("grades", 2))}, "criterion is there twice"),
        ({"criteria": (Criterion("grades", 0), Criterion("language", 1))}, r"criteria\[0\].weight"),
        ({"criteria": (Criterion("", 1),)}, r"criteria\[0\].name"),
        ({"criteria": (Criterion("grades", 1), Criterion("letter", 1))}, "language, letter"),
        ({"places": {"Berlin": -1, "Stockholm": 1}}, "places.Berlin"),
        ({"places": {"Berlin": 1}}, "no destination “Stockholm”"),
        ({"seed": ""}, "seed: there is none"),
    ],
)
def test_rank_refuses_a_call_naming_the_place(changes, message):
    with pytest.raises(InvalidError, match=message):
        ranked(application("a"), **changes)


@pytest.mark.parametrize(
    ("applications", "message"),
    [
        ((application("a"), application("a")), "application is there twice"),
        ((application("a", 101),), "application a.points.grades"),
        ((application("a", 1.5),), "application a.points.grades"),
        ((application("a", wishes=("Berlin", "Berlin")),), "destination is there twice"),
    ],
)
def test_rank_refuses_an_application_naming_it(applications, message):
    with pytest.raises(InvalidError, match=message):
        ranked(*applications)


DESTINATIONS = ("A", "B", "C", "D")
WISHES = st.lists(st.sampled_from(DESTINATIONS), unique=True, max_size=4)
POINTS = st.integers(0, 5)


@st.composite
def many(draw):
    drawn = draw(st.lists(st.tuples(POINTS, POINTS, WISHES, st.booleans()), max_size=12))
    return [
        application(f"urn:{number}", grades, language, wishes=tuple(wishes), unmet=("No.",) if excluded else ())
        for number, (grades, language, wishes, excluded) in enumerate(drawn)
    ]


CAPACITY = st.fixed_dictionaries({name: st.integers(0, 3) for name in DESTINATIONS})


@given(many(), CAPACITY)
def test_rank_never_passes_over_a_higher_score(applications, places):
    found = ranked(*applications, places=places)

    wishes = {one.id: one.wishes for one in applications}
    eligible = [line for line in found.lines if line.rank]
    for higher in eligible:
        missed = wishes[higher.id][: higher.wish - 1 if higher.wish else None]
        for lower in eligible:
            assert not (lower.score < higher.score and lower.destination in missed)


@given(many(), CAPACITY)
def test_rank_fills_no_place_twice_and_leaves_none_that_is_wished(applications, places):
    found = ranked(*applications, places=places)

    given_out = [line.destination for line in found.lines if line.destination]
    assert all(given_out.count(name) + found.left[name] == places[name] for name in places)
    wishes = {one.id: one.wishes for one in applications}
    without = [line for line in found.lines if line.rank and not line.destination]
    assert not any(found.left[wish] for line in without for wish in wishes[line.id])


@given(many().flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))), CAPACITY)
def test_rank_is_the_same_in_any_order(orders, places):
    first, second = orders

    assert ranked(*first, places=places) == ranked(*second, places=places)
