"""How good an OMOP database is, in words that a data steward reads."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _


def told(document: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what the checks of a database found: how many passed, and each that did not."""
    if document is None:
        return None
    words = check_words()
    return {
        "words": passed([{"passed": document["passed"], "checks": document["passed"] + document["failed"]}]),
        "without_rows": document["without_rows"],
        "failed": [
            {**one, "words": words.get(one["check"], one["check"]), "allowed": f"{100 * one['threshold']:g} %"}
            for one in document["checks"]
            if not one["passed"]
        ],
    }


def passed(counts: Iterable[Mapping[str, int]]) -> str:
    """Return how many checks of data quality passed, of any number of categories together."""
    every = list(counts)
    return _("{passed} of {checks} checks passed").format(
        passed=sum(one["passed"] for one in every), checks=sum(one["checks"] for one in every)
    )


def check_words() -> dict[str, str]:
    """Return each type of check in words."""
    return {
        "cdmTable": _("the table is there"),
        "cdmField": _("every field is there"),
        "isPrimaryKey": _("each row has a number of its own"),
        "isRequired": _("no row lacks it"),
        "isForeignKey": _("what it points to is there"),
        "isStandardValidConcept": _("the concept is standard and valid"),
        "fkDomain": _("the concept is of the right domain"),
        "standardConceptRecordCompleteness": _("rows are mapped to a concept"),
        "measurePersonCompleteness": _("everybody has one"),
        "measureConditionEraCompleteness": _("whoever has a condition has an era"),
        "plausibleValueLow": _("no value is too small"),
        "plausibleValueHigh": _("no value is too large"),
        "plausibleAfterBirth": _("nothing happens before birth"),
        "plausibleBeforeDeath": _("nothing happens long after death"),
        "plausibleStartBeforeEnd": _("nothing ends before it begins"),
        "withinVisitDates": _("it happens during its visit"),
        "plausibleGender": _("people of this sex can have it"),
        "plausibleUnitConceptIds": _("it is measured in its unit"),
    }
