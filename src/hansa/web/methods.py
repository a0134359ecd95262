"""The methods of a study in sentences, each with the source of its formula."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from hansa.web.kinds import registry


def methods(result: Mapping[str, Any], protocol: Mapping[str, Any]) -> list[str]:
    """Return how a result came about: what left the hospitals, what was computed, and by which formulas."""
    told = [*_of_all(result, protocol)]
    for analysis in result["analyses"]:
        told += [f"{analysis['name']}: {sentence}" for sentence in registry.of(analysis).methods(analysis)]
    return told


def _of_all(result: Mapping[str, Any], protocol: Mapping[str, Any]) -> Iterator[str]:
    yield _(
        "Every hospital computed sums over its own patients in {rounds} rounds; no row left it. With three or more "
        "hospitals the sums were masked so that only their total could be read (Bonawitz et al. 2017)."
    ).format(rounds=result["rounds"])
    yield _("Rows that lack a variable of any model are in no model.")
    disclosure = protocol["disclosure"]
    yield _("No number rests on fewer than {count} persons (Brandt et al. 2010).").format(
        count=disclosure["minimum_cell"]
    )
    if protocol["data"].get("cohorts"):
        yield _(
            "Persons were found by OHDSI cohort expressions in each hospital's OMOP database; each counts once, from "
            "the first entry on."
        )
