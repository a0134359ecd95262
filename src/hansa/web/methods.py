"""The methods of a study in sentences, each with the source of its formula."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

Analysis = Mapping[str, Any]


def methods(result: Mapping[str, Any], protocol: Mapping[str, Any]) -> list[str]:
    """Return how a result came about: what left the hospitals, what was computed, and by which formulas."""
    told = [*_of_all(result, protocol)]
    for analysis in result["analyses"]:
        told += [f"{analysis['name']}: {sentence}" for sentence in of_kind(analysis)]
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


def of_kind(analysis: Analysis) -> Iterator[str]:
    """Yield what is said of one analysis; of a kind that is new, that it has no words yet."""
    known = {
        "table_one": _table,
        "kaplan_meier": _curves,
        "incidence": _rates,
        "glm": _regression,
        "cox": _cox,
        "meta_analysis": _agreement,
        "treatment_effect": _effect,
    }
    tell = known.get(analysis["kind"])
    if tell is None:
        yield _("An analysis of kind {kind}.").format(kind=analysis["kind"])
        return
    yield from tell(analysis)


def _table(analysis: Analysis) -> Iterator[str]:
    yield _("Counts with shares, means with standard deviations.")
    if analysis.get("comparisons"):
        yield _(
            "Standardised mean differences (Austin 2009; Yang and Dalton 2012), Welch's t test and Pearson's "
            "chi-square test, of variables of which nothing is withheld."
        )


def _curves(analysis: Analysis) -> Iterator[str]:
    yield _("Survival by Kaplan and Meier (1958) with Greenwood's variance (1926).")
    if analysis.get("grid"):
        yield _("Times were rounded up to steps of {step}, joined until enough persons were in each.").format(
            step=f"{analysis['grid']['step']:g}"
        )
    if analysis.get("log_rank"):
        yield _("Groups were compared by the log-rank test (Mantel 1966).")


def _rates(_analysis: Analysis) -> Iterator[str]:
    yield _(
        "Events for the time at risk with exact intervals (Garwood 1936); rate ratios given the events of both groups "
        "(Clopper and Pearson 1934)."
    )


def _regression(analysis: Analysis) -> Iterator[str]:
    yield _(
        "Generalised linear model, {family} family, canonical link: {formula} (Nelder and Wedderburn 1972)."
    ).format(family=analysis["family"], formula=analysis["formula"])


def _cox(analysis: Analysis) -> Iterator[str]:
    yield _("Proportional hazards (Cox 1972), ties by {ties}.").format(
        ties={"efron": "Efron (1977)", "breslow": "Breslow (1974)"}.get(str(analysis.get("ties")), "–")
    )


def _effect(analysis: Analysis) -> Iterator[str]:
    told = _(
        "Effect of {treatment} on {outcome}: inverse-probability weights (Rosenbaum 1987; Hernan and Robins 2006) from "
        "the logistic model {formula}, scores held within {bound} of 0 and 1 (Cole and Hernan 2008), robust errors "
        "(Lunceford and Davidian 2004), balance by standardised mean differences (Austin 2009)."
    )
    yield told.format(
        treatment=analysis["treatment"],
        outcome=analysis["outcome"],
        formula=analysis["formula"],
        bound=f"{analysis['truncate']:g}",
    )


def _agreement(analysis: Analysis) -> Iterator[str]:
    yield _(
        "What each hospital estimates alone for {name}, combined with random effects: restricted maximum likelihood "
        "(Viechtbauer 2005), interval of Hartung and Knapp (2001), prediction interval of Higgins et al. (2009)."
    ).format(name=analysis["of"])
