"""The effect of a treatment."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.web import forest, plots
from hansa.web.figures import NONE, count, figure, p_words
from hansa.web.kinds.shown import Analysis, Labels, Shown
from hansa.web.tables import Lines, Plain, scaled


def methods(analysis: Analysis) -> Iterator[str]:
    """Yield how treated and untreated were made alike."""
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


def tables(analysis: Analysis, labels: Labels) -> Iterator[Lines]:
    """Yield the weighted means of both groups, their difference and ratios; then how alike the groups are."""
    if not analysis["effects"]:
        return
    words = {"difference": _("difference"), "ratio": _("ratio"), "odds_ratio": _("odds ratio")}
    lines = [
        Plain(
            f"{analysis['treatment']}: {plots.level_words(group['level'])}",
            (count(group["persons"]), figure(group["effective"]), figure(group["mean"]), NONE),
        )
        for group in analysis["groups"]
    ]
    for one in analysis["effects"]:
        scale = float if one["name"] == "difference" else forest.scale({"kind": "cox"})
        told = scaled(one, scale, middle="estimate")
        p = p_words(one["p"]) if one["p"] is not None else NONE
        lines.append(Plain(words[one["name"]], (NONE, NONE, told, p)))
    columns = (_("Persons"), _("Effective number"), _("Mean or effect (95 % interval)"), _("p"))
    caption = _("Effect on %(outcome)s, weighted") % {"outcome": analysis["outcome"]}
    yield Lines(caption, columns, tuple(lines), head=_("Group or effect"))
    yield _balance(analysis, labels)


def _balance(analysis: Analysis, labels: Labels) -> Lines:
    lines = [
        Plain(
            forest.term_words(str(one["name"]), labels=labels),
            tuple(NONE if one[key] is None else figure(one[key]) for key in ("before", "after")),
        )
        for one in analysis["balance"]
    ]
    columns = (_("Difference (SMD) before"), _("Difference (SMD) after"))
    return Lines(_("How alike the groups are"), columns, tuple(lines), head=_("Term"))


def asked(analysis: Analysis) -> str:
    """Return outcome, treatment and what is adjusted for."""
    return f"{analysis['outcome']} ~ {analysis['treatment']} | {analysis['adjust']}"


TREATMENT_EFFECT = Shown(
    name=gettext_lazy("Effect of a treatment"),
    later=gettext_lazy(
        "in each round: the deviance of the model of treatment, sums of its variables and of products of two of them; "
        "then sums of outcomes and of variables by weights, in each group"
    ),
    asked=asked,
    methods=methods,
    tables=tables,
)
