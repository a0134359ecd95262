"""Models of terms: regression and survival."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.lib.statistics.e_value import RATIOS, e_values
from hansa.web import forest
from hansa.web.figures import NONE, figure, p_words
from hansa.web.kinds.shown import Analysis, Labels, Shown, asked_by_formula
from hansa.web.tables import Lines, Plain


def of_regression(analysis: Analysis) -> Iterator[str]:
    """Yield which model was fitted."""
    if analysis["family"] == "negative_binomial":
        yield _(
            "Negative binomial model with logarithmic link: {formula}; its dispersion by maximum likelihood (Lawless "
            "1987)."
        ).format(formula=analysis["formula"])
        return
    yield _(
        "Generalised linear model, {family} family, canonical link: {formula} (Nelder and Wedderburn 1972)."
    ).format(family=analysis["family"], formula=analysis["formula"])


def of_survival(analysis: Analysis) -> Iterator[str]:
    """Yield which model was fitted, and how ties were treated."""
    yield _("Proportional hazards (Cox 1972), ties by {ties}.").format(
        ties={"efron": "Efron (1977)", "breslow": "Breslow (1974)"}.get(str(analysis.get("ties")), "–")
    )
    if analysis.get("robust"):
        yield _("Robust standard errors by score residuals of persons (Lin and Wei 1989).")


def tables(analysis: Analysis, labels: Labels) -> Iterator[Lines]:
    """Yield the terms of a model: estimate, interval, coefficient, standard error, p."""
    if not analysis.get("terms"):
        return
    measure = forest.measure_words(analysis)
    words = {t.label: t for t in forest.terms(analysis, labels=labels)}
    lines = []
    for term in analysis["terms"]:
        label = forest.term_words(str(term["name"]), labels=labels)
        shown = words.get(label)
        cells = (
            shown.words if shown else "–",
            figure(term["estimate"]),
            figure(term["standard_error"]),
            p_words(float(term["p"])),
            *_explained_away(analysis, term),
        )
        lines.append(Plain(label, cells))
    columns = (
        _("%(measure)s (95 %% interval)") % {"measure": measure},
        _("Coefficient"),
        _("Standard error"),
        _("p"),
        *((_("E-value (of the limit)"),) if measure_of(analysis) else ()),
    )
    caption = _("Estimates: %(name)s") % {"name": analysis["name"]}
    yield Lines(caption, columns, tuple(lines), head=_("Term"))


def measure_of(analysis: Analysis) -> str | None:
    """Return which ratio a model estimates, None for a difference."""
    return RATIOS.get("cox" if analysis["kind"] == "cox" else str(analysis.get("family")))


def _explained_away(analysis: Analysis, term: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the E-value of a ratio and of the limit nearer to no effect; the intercept is no effect of anything."""
    measure = measure_of(analysis)
    if measure is None:
        return ()
    if term["name"] == "Intercept":
        return (NONE,)
    found = e_values(term, measure=measure)
    return (f"{figure(found['estimate'])} ({figure(found['limit'])})",)


def caption(analysis: Analysis) -> str:
    """Say who is in a model."""
    return _("{rows} persons with all variables known.").format(rows=analysis["rows"])


def note(analysis: Analysis) -> str:
    """Say what an E-value is, where there is one."""
    if measure_of(analysis) is None:
        return ""
    return _(
        "E-value: how strong something unmeasured would have to be, as a risk ratio with both the term and the "
        "outcome, to explain the estimate away (VanderWeele and Ding 2017, for an outcome that is not rare)."
    )


GLM = Shown(
    name=gettext_lazy("Regression model"),
    later=gettext_lazy(
        "in each round: the deviance, sums of variables times what the model did not explain, and weighted sums of "
        "products of two variables"
    ),
    asked=asked_by_formula,
    methods=of_regression,
    tables=tables,
    picture="terms",
    caption=caption,
    note=note,
)
COX = Shown(
    name=gettext_lazy("Survival model (Cox)"),
    later=gettext_lazy(
        "in each round, for each step of time: sums of risks over the persons under observation, and sums of variables "
        "and of products of two variables weighted by them"
    ),
    asked=asked_by_formula,
    methods=of_survival,
    tables=tables,
    picture="terms",
    caption=caption,
    note=note,
)
