"""Conditions of an agreement of the network as an officer writes them: a list in JSON, read and written.

    [{"kind": "student-studies", "direction": "out", "first_year": "2026/2027", "last_year": "2028/2029",
      "places": 4, "total": 20, "fields": ["0912 surgery only"], "eqf": [7], "languages": {"en": "B2"},
      "blended": false, "terms": "", "sending_unit": "", "receiving_unit": ""}]

Whatever is part of what both approve can be written. Contacts are not; they stay as they are.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from hansa.areas.exchange.queries import comparison
from hansa.kernel.actions import GivenError
from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia import Condition, Kind, LanguageSkill, SubjectArea, check_year
from hansa.lib.ewp.iia_difference import pairs

UNITS = ("sending_unit", "receiving_unit")


def conditions_of(text: str, *, ours: str, theirs: str, before: Sequence[Condition] = ()) -> tuple[Condition, ...]:
    """Return the conditions written as a list in JSON, or raise GivenError naming what is wrong.

    What such a list does not hold is carried over from the conditions before.
    """
    try:
        found = tuple(condition_of(one, ours=ours, theirs=theirs) for one in json.loads(text))
    except (json.JSONDecodeError, InvalidError, AttributeError, KeyError, TypeError, ValueError) as wrong:
        why = str(wrong) if isinstance(wrong, InvalidError) else type(wrong).__name__
        told = _("This is no list of conditions ({why}); see the example beside the field.").format(why=why)
        raise GivenError({"conditions": told}) from wrong
    if not found:
        raise GivenError({"conditions": _("An agreement has one condition at least.")})
    return carried_over(found, before)


def condition_of(one: dict[str, Any], *, ours: str, theirs: str) -> Condition:
    """Return one condition: its kind, its direction, its years, places, fields, levels, languages and terms."""
    sending, receiving = (ours, theirs) if direction_of(one) == "out" else (theirs, ours)
    return Condition(
        kind=Kind(one["kind"]),
        sending_hei=sending,
        receiving_hei=receiving,
        sending_ounit=str(one.get("sending_unit", "")),
        receiving_ounit=str(one.get("receiving_unit", "")),
        first_year=check_year(one["first_year"], place="first_year"),
        last_year=check_year(one["last_year"], place="last_year"),
        mobilities_per_year=places_of(one),
        total_per_year=None if one.get("total") is None else comparison.number(one["total"]),
        subject_areas=tuple(field_of(text) for text in one.get("fields", [])),
        eqf_levels=tuple(int(level) for level in one.get("eqf", [])),
        languages=tuple(LanguageSkill(language=key, level=level) for key, level in one.get("languages", {}).items()),
        blended=one.get("blended", False) is True,
        other_terms=str(one["terms"]) if one.get("terms") else None,
    )


def direction_of(one: dict[str, Any]) -> str:
    """Return which way a condition leads, or raise InvalidError."""
    if one["direction"] not in ("out", "in"):
        raise InvalidError("direction: it is out or in.", "Write out where we send, in where we receive.")
    return str(one["direction"])


def places_of(one: dict[str, Any]) -> int:
    """Return how many people a year, or raise InvalidError: at least one (iias 7.0.0, positiveInteger)."""
    found = int(one["places"])
    if found < 1:
        raise InvalidError("places: there is one place at least.", "Leave the condition out instead.")
    return found


def field_of(text: str) -> SubjectArea:
    """Return a field of education, written as its code with words that narrow it behind."""
    code, _space, words = str(text).partition(" ")
    return SubjectArea(code=code, clarification=words or None)


def carried_over(found: tuple[Condition, ...], before: Sequence[Condition]) -> tuple[Condition, ...]:
    """Return conditions with what their fellows before said that an officer does not write."""
    known = dict(pairs(found, before)[0])
    return tuple(with_rest(one, before[known[at]]) if at in known else one for at, one in enumerate(found))


def with_rest(one: Condition, before: Condition) -> Condition:
    """Return a condition with the contacts of the one before, and its language skills where they are the same."""
    return replace(
        one,
        sending_contacts=before.sending_contacts,
        receiving_contacts=before.receiving_contacts,
        languages=before.languages if skills(one) == skills(before) else one.languages,
    )


def skills(one: Condition) -> dict[str, str]:
    """Return the level asked for in each language."""
    return {skill.language: skill.level for skill in one.languages}


def shown(one: Condition, *, partner: str) -> dict[str, Any]:
    """Return one condition as an officer writes it."""
    said = {
        "total": None if one.total_per_year is None else float(one.total_per_year),
        "blended": one.blended,
        "terms": one.other_terms,
        "sending_unit": one.sending_ounit,
        "receiving_unit": one.receiving_ounit,
    }
    return {
        "kind": one.kind.value,
        "direction": "out" if one.receiving_hei == partner else "in",
        "first_year": one.first_year,
        "last_year": one.last_year,
        "places": one.mobilities_per_year,
        "fields": [f"{area.code} {area.clarification or ''}".strip() for area in one.subject_areas],
        "eqf": list(one.eqf_levels),
        "languages": skills(one),
        **{name: value for name, value in said.items() if value},
    }
