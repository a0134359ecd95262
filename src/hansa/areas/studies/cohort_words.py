"""The cohorts of a study and how its variables are taken from them, in words that a data steward reads."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from hansa.areas.studies import omop, queries
from hansa.areas.studies.models import Study
from hansa.areas.studies.states import DatasetKind


def cohorts(study: Study) -> list[dict[str, Any]]:
    """Return each cohort with the names of its concepts and inclusion rules, the one that is studied marked."""
    data = study.protocol["data"]
    named = (data.get("cohorts") or {}).items()
    return [{**told(name, expression), "is_target": name == data.get("target")} for name, expression in named]


def told(name: str, expression: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cohort with the names of its concepts and inclusion rules."""
    return {
        "name": name,
        "concepts": [_concepts(each) for each in _list(expression, "ConceptSets")],
        "rules": [str(each.get("name") or "") for each in _list(expression, "InclusionRules")],
    }


def _list(expression: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Return a list of an expression; ATLAS writes keys with a capital or a small letter."""
    found = expression.get(key) or expression.get(key[0].lower() + key[1:]) or []
    return [each for each in found if isinstance(each, Mapping)]


def _concepts(concept_set: Mapping[str, Any]) -> dict[str, Any]:
    items = (concept_set.get("expression") or {}).get("items") or []
    told = [item.get("concept") or {} for item in items if isinstance(item, Mapping)]
    return {
        "name": str(concept_set.get("name") or ""),
        "concepts": ", ".join(f"{one.get('CONCEPT_NAME') or ''} ({one.get('CONCEPT_ID')})".strip() for one in told),
    }


def entering(study: Study) -> list[tuple[str, int]]:
    """Return how many people of the study's database enter its target cohort, and how many each rule leaves."""
    if study.dataset is None or study.dataset.kind != DatasetKind.OMOP:
        return []
    asked = queries.programme(study).protocol
    if not omop.is_extracted(study.dataset, asked):
        return []
    rules: list[str] = next((cohort["rules"] for cohort in cohorts(study) if cohort["is_target"]), [])
    return [
        (rules[rule] if rule >= 0 else _("everybody who enters"), persons)
        for rule, persons in omop.attrition(study.dataset, asked)
    ]


def origin(taken: Mapping[str, Any] | None) -> str:
    """Return in words how a variable is taken from an OMOP database."""
    if taken is None:
        return ""
    what = {
        "age": _("age at entry"),
        "sex": _("administrative sex"),
        "year": _("year of entry"),
        "prior_observation": _("days observed before entry"),
        "time_at_risk": _("days at risk of entering '{cohort}'"),
        "outcome": _("enters '{cohort}' while at risk"),
        "cohort": _("enters '{cohort}'"),
        "value": _("value of a measurement ({concepts})"),
        "condition": _("condition ({concepts})"),
        "drug": _("drug ({concepts})"),
        "procedure": _("procedure ({concepts})"),
        "measurement": _("measurement ({concepts})"),
        "observation": _("observation ({concepts})"),
        "device": _("device ({concepts})"),
        "visit": _("visit ({concepts})"),
    }[taken["take"]]
    named = ", ".join(str(concept) for concept in taken.get("concepts") or ())
    return what.format(cohort=taken.get("cohort", ""), concepts=named) + _window(taken.get("window"))


def _window(window: list[int | None] | None) -> str:
    if window is None:
        return ""
    low, high = window
    if low is None and high is None:
        return _(", at any time")
    if low is None:
        return _(", until day {high} after entry").format(high=high)
    if high is None:
        return _(", from day {low} after entry").format(low=low)
    return _(", from day {low} to day {high} after entry").format(low=low, high=high)
