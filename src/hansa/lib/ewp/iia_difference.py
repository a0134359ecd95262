"""Say field by field how two copies of an agreement differ.

Each side numbers and orders its cooperation conditions as it likes, so conditions are matched
by kind, direction and subject areas, and among those that are left by what they have in common.
Every difference names its place in our copy, what stands here and what stands at the partner's.

    for difference in differences(ours, theirs):
        print(difference.sentence)

Contacts, numbers, dates, files and "in effect" are no part of what is approved; they are told
apart by `is_hashed`. White space around and between words is no difference.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from hansa.lib.ewp.iia import Condition, Iia, LanguageSkill, Names, Partner, SubjectArea
from hansa.lib.ewp.iia_contact import Contact, Words

NOTHING = "nothing"
NAMES = Names()
#: One subject area in common says more than all other fields of a condition together.
SAME_SUBJECT = 100


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Name one place where two copies differ, and what each of them says there."""

    place: str
    ours: str
    theirs: str
    is_hashed: bool = True

    @property
    def sentence(self) -> str:
        """Return the difference as an officer reads it."""
        return f"{self.place}: here {self.ours}, at the partner's {self.theirs}."


class Field(NamedTuple):
    """Name a field of a condition and how it is written to be read and compared."""

    label: Callable[[Condition], str]
    shown: Callable[[Condition], str]
    is_hashed: bool = True


def differences(own: Iia, theirs: Iia, *, names: Names = NAMES) -> tuple[Difference, ...]:
    """Return every difference between our copy and the partner's, in the order of our copy."""
    return tuple(one for one in side_by_side(own, theirs, names=names) if one.ours != one.theirs)


def side_by_side(own: Iia, theirs: Iia, *, names: Names = NAMES) -> tuple[Difference, ...]:
    """Return every field of both copies, in the order of our copy, whether it differs or not."""
    return (
        *_of_whole(own, theirs),
        *_of_partners(own, theirs, names=names),
        *_of_conditions(own, theirs, names=names),
    )


def pairs(
    own: Sequence[Condition], theirs: Sequence[Condition]
) -> tuple[tuple[tuple[int, int], ...], tuple[int, ...], tuple[int, ...]]:
    """Return the positions of conditions that belong together, and those without a fellow on either side."""
    ours_by, theirs_by = _by_direction(own), _by_direction(theirs)
    matched = [pair for key in ours_by for pair in _best(ours_by[key], theirs_by.get(key, {}))]
    left = [position for position in range(len(own)) if position not in {ours for ours, _theirs in matched}]
    more = [position for position in range(len(theirs)) if position not in {their for _own, their in matched}]
    return tuple(sorted(matched)), tuple(left), tuple(more)


def place_of(condition: Condition, position: int, *, names: Names = NAMES) -> str:
    """Return where a condition stands, as an officer finds it."""
    way = f"{names.of(condition.sending_hei)} to {names.of(condition.receiving_hei)}"
    return f"cooperation condition {position + 1}, {condition.kind.words}, {way}"


def shown_number(number: Decimal | None) -> str:
    """Return a number without the zeros that say nothing."""
    return NOTHING if number is None else f"{number.normalize():f}"


def shown_area(area: SubjectArea) -> str:
    """Return a subject area as its code, with its clarification and its code in version 6."""
    old = f" ({area.v6_value} in version 6)" if area.v6_value else ""
    words = _plain(area.clarification)
    return f"{area.code}{old}" + (f" “{words}”" if words else "")


def shown_skill(skill: LanguageSkill) -> str:
    """Return a language skill as its language, level and field."""
    field = f"for {shown_area(skill.subject_area)}" if skill.subject_area else ""
    mark = "(not yet defined)" if skill.not_yet_defined else ""
    return " ".join(part for part in (skill.language, skill.level, field, mark) if part)


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _listed(shown: Iterator[str]) -> str:
    return ", ".join(sorted(shown)) or NOTHING


def _mobilities(condition: Condition) -> str:
    mark = " (not yet defined)" if condition.mobilities_not_yet_defined else ""
    number = condition.mobilities_per_year
    return NOTHING if number is None else f"{number}{mark}"


def _total_label(condition: Condition) -> str:
    return "months per year" if condition.kind.is_student else "days per year"


def _words(words: tuple[Words, ...]) -> str:
    return " / ".join(f"{one.text} ({one.lang})" if one.lang else one.text for one in words)


def shown_contacts(contacts: Sequence[Contact]) -> str:
    """Return contacts as a line for the officer who wrote them; it is personal data and never part of an error."""
    parts = (
        (_words(one.names), _words(one.given_names), _words(one.family_names), *one.phones, *one.emails)
        for one in contacts
    )
    roles = (_words(one.roles) for one in contacts)
    return _listed(
        " ".join(part for part in (*contact, role) if part) for contact, role in zip(parts, roles, strict=True)
    )


def _called(label: str) -> Callable[[Condition], str]:
    return lambda _condition: label


FIELDS = (
    Field(_called("sending unit"), lambda one: one.sending_ounit or NOTHING),
    Field(_called("receiving unit"), lambda one: one.receiving_ounit or NOTHING),
    Field(_called("first academic year"), lambda one: one.first_year),
    Field(_called("last academic year"), lambda one: one.last_year),
    Field(_called("mobilities per year"), _mobilities),
    Field(_called("language skills"), lambda one: _listed(shown_skill(skill) for skill in one.languages)),
    Field(_called("subject areas"), lambda one: _listed(shown_area(area) for area in one.subject_areas)),
    Field(_called("other terms"), lambda one: _plain(one.other_terms) or NOTHING),
    Field(_total_label, lambda one: shown_number(one.total_per_year)),
    Field(_called("blended mobility"), lambda one: "yes" if one.blended else "no"),
    Field(_called("EQF levels"), lambda one: _listed(str(level) for level in one.eqf_levels)),
    Field(_called("sending contacts"), lambda one: shown_contacts(one.sending_contacts), is_hashed=False),
    Field(_called("receiving contacts"), lambda one: shown_contacts(one.receiving_contacts), is_hashed=False),
)


def _of_whole(own: Iia, theirs: Iia) -> Iterator[Difference]:
    rows = (
        ("termination as a whole", own.terminated_as_a_whole, theirs.terminated_as_a_whole, True),
        ("in effect", own.in_effect, theirs.in_effect, False),
        ("PDF file", bool(own.pdf_file), bool(theirs.pdf_file), False),
    )
    for place, ours, their, is_hashed in rows:
        yield Difference(place=place, ours=_yes(ours), theirs=_yes(their), is_hashed=is_hashed)


def _yes(value: bool) -> str:  # noqa: FBT001 -- a truth value is what it writes
    return "yes" if value else "no"


def _of_partners(own: Iia, theirs: Iia, *, names: Names) -> Iterator[Difference]:
    there = {partner.hei: partner for partner in theirs.partners}
    for ours in own.partners:
        place, their = f"partner {names.of(ours.hei)}", there.get(ours.hei)
        if their is None:
            yield Difference(place=place, ours="named", theirs="not named")
        else:
            yield from _of_partner(ours, their, place=place)


def _of_partner(ours: Partner, theirs: Partner, *, place: str) -> Iterator[Difference]:
    hashed = (("agreement id", ours.iia_id, theirs.iia_id),)
    rest = (
        ("unit", ours.ounit, theirs.ounit),
        ("agreement number", ours.iia_code, theirs.iia_code),
        ("signing date", str(ours.signing_date or ""), str(theirs.signing_date or "")),
        ("signing contact", _signing(ours), _signing(theirs)),
        ("contacts", shown_contacts(ours.contacts), shown_contacts(theirs.contacts)),
    )
    for is_hashed, rows in ((True, hashed), (False, rest)):
        for label, here, there in rows:
            where = f"{place}: {label}"
            yield Difference(place=where, ours=here or NOTHING, theirs=there or NOTHING, is_hashed=is_hashed)


def _signing(partner: Partner) -> str:
    return shown_contacts([partner.signing_contact] if partner.signing_contact else [])


def _of_conditions(own: Iia, theirs: Iia, *, names: Names) -> Iterator[Difference]:
    matched, missing, more = pairs(own.conditions, theirs.conditions)
    for ours, their in matched:
        here = own.conditions[ours]
        place = place_of(here, ours, names=names)
        yield from _fields(here, theirs.conditions[their], place=place)
    for position in missing:
        condition = own.conditions[position]
        place = place_of(condition, position, names=names)
        yield Difference(place=place, ours=_in_short(condition), theirs=NOTHING)
    for position in more:
        condition = theirs.conditions[position]
        place = f"the partner's {place_of(condition, position, names=names)}"
        yield Difference(place=place, ours=NOTHING, theirs=_in_short(condition))


def between(ours: Condition, theirs: Condition, *, place: str) -> Iterator[Difference]:
    """Yield every field in which two conditions differ."""
    return (one for one in _fields(ours, theirs, place=place) if one.ours != one.theirs)


def _fields(ours: Condition, theirs: Condition, *, place: str) -> Iterator[Difference]:
    for field in FIELDS:
        where = f"{place}: {field.label(ours)}"
        here, there = field.shown(ours), field.shown(theirs)
        yield Difference(place=where, ours=here, theirs=there, is_hashed=field.is_hashed)


def _in_short(condition: Condition) -> str:
    areas = _listed(shown_area(area) for area in condition.subject_areas)
    return f"{_mobilities(condition)} per year, {condition.first_year} to {condition.last_year}, subject areas {areas}"


def _by_direction(conditions: Sequence[Condition]) -> dict[tuple[str, str, str], dict[int, Condition]]:
    found: dict[tuple[str, str, str], dict[int, Condition]] = defaultdict(dict)
    for position, one in enumerate(conditions):
        found[one.kind, one.sending_hei, one.receiving_hei][position] = one
    return found


def _best(ours: dict[int, Condition], theirs: dict[int, Condition]) -> list[tuple[int, int]]:
    """Return the pairs that have most in common; among equals the first ones."""
    here, there = _traits(ours), _traits(theirs)
    ranked = sorted((-_likeness(here[one], there[other]), one, other) for one in here for other in there)
    matched: dict[int, int] = {}
    taken: set[int] = set()
    for _likeness_of, one, other in ranked:
        if one not in matched and other not in taken:
            matched[one] = other
            taken.add(other)
    return list(matched.items())


def _traits(conditions: dict[int, Condition]) -> dict[int, tuple[frozenset[str], list[str]]]:
    return {
        position: (frozenset(area.code for area in one.subject_areas), [field.shown(one) for field in FIELDS])
        for position, one in conditions.items()
    }


def _likeness(one: tuple[frozenset[str], list[str]], other: tuple[frozenset[str], list[str]]) -> int:
    same = sum(here == there for here, there in zip(one[1], other[1], strict=True))
    return same + SAME_SUBJECT * (one[0] == other[0]) + SAME_SUBJECT // 2 * bool(one[0] & other[0])
