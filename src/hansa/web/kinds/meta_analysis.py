"""How far hospitals agree."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.web import forest
from hansa.web.figures import NONE, count, figure, p_words, percent
from hansa.web.kinds.shown import Analysis, Labels, Shown
from hansa.web.tables import Lines, Plain, scaled


def methods(analysis: Analysis) -> Iterator[str]:
    """Yield how the estimates of hospitals were combined."""
    yield _(
        "What each hospital estimates alone for {name}, combined with random effects: restricted maximum likelihood "
        "(Viechtbauer 2005), interval of Hartung and Knapp (2001), prediction interval of Higgins et al. (2009)."
    ).format(name=analysis["of"])


def tables(analysis: Analysis, labels: Labels) -> Iterator[Lines]:
    """Yield how far the hospitals agree on each term of a model: what they estimate together, and how they differ."""
    model = {"kind": analysis["model"], "family": analysis["family"]}
    scale = forest.scale(model)
    lines = [
        Plain(
            forest.term_words(str(term["name"]), labels=labels),
            (
                count(term["sites"]),
                scaled(term["random"], scale, middle="estimate"),
                percent(term["i2"]) if term["i2"] is not None else NONE,
                figure(term["tau2"]) if term["tau2"] is not None else NONE,
                p_words(term["p"]) if term["p"] is not None else NONE,
                scaled(term["prediction"], scale),
            ),
        )
        for term in analysis["terms"]
        if term["name"] != "Intercept"
    ]
    columns = (
        _("Hospitals"),
        _("%(measure)s (95 %% interval)") % {"measure": forest.measure_words(model)},
        _("I²"),
        _("Tau²"),
        _("p of Q"),
        _("Where a further hospital would lie"),
    )
    caption = _("What each hospital estimates alone, for %(name)s (random effects)") % {"name": analysis["of"]}
    yield Lines(caption, columns, tuple(lines), head=_("Term"))


def drawn(analysis: Analysis) -> Analysis:
    """Return the random effects as the terms of a model, as the picture takes them."""
    terms = [{"p": 1.0, **term["random"], "name": term["name"]} for term in analysis["terms"] if term["random"]]
    return {**analysis, "kind": analysis["model"], "terms": terms}


def caption(analysis: Analysis) -> str:
    """Say how far the hospitals differ in each term."""
    told = _("With random effects of the hospitals; I² says which share of the differences between them is not chance.")
    shares = (
        f"{forest.term_words(str(term['name']), labels=analysis.get('labels') or {})} {percent(term['i2'])}"
        for term in analysis["terms"]
        if term["i2"] is not None and term["name"] != "Intercept"
    )
    return f"{told} {', '.join(shares)}."


def note(_analysis: Analysis) -> str:
    """Say how a prediction interval is read."""
    return _(
        "Each hospital fits the model to its own patients; restricted maximum likelihood with the interval of Hartung "
        "and Knapp. A prediction interval far wider than the estimate's says that hospitals differ."
    )


META_ANALYSIS = Shown(
    name=gettext_lazy("Do the hospitals agree?"),
    later=gettext_lazy(
        "which terms the hospital can estimate alone, the weight of each, and sums of its estimates by these weights"
    ),
    asked=lambda analysis: str(analysis["of"]),
    methods=methods,
    tables=tables,
    picture="terms",
    drawn=drawn,
    caption=caption,
    note=note,
)
