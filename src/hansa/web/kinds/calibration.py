"""An estimate corrected by negative controls."""

import math
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.web import forest
from hansa.web.figures import figure, p_words
from hansa.web.kinds.shown import Analysis, Labels, Shown
from hansa.web.tables import Lines, Plain, scaled


def methods(analysis: Analysis) -> Iterator[str]:
    """Yield how the systematic error was estimated and taken off."""
    yield _(
        "Systematic error from {controls} negative controls, normal with mean and variance by maximum likelihood; the "
        "estimate of {name} is moved and widened by it (Schuemie et al. 2014, 2018)."
    ).format(controls=len(analysis["controls"]), name=analysis["of"])


def drawn(analysis: Analysis) -> Analysis:
    """Return the controls and the two estimates as the terms of a model, as the picture takes them."""
    return {**analysis, "kind": analysis["model"], "terms": [*analysis["controls"], *analysis["terms"]]}


def tables(analysis: Analysis, labels: Labels) -> Iterator[Lines]:
    """Yield what each control shows, what was found, and what is left of it."""
    if analysis["problem"]:
        return
    model = drawn(analysis)
    scale = forest.scale(model)
    lines = [
        Plain(
            forest.term_words(str(term["name"]), labels=labels),
            (scaled(term, scale, middle="estimate"), p_words(float(term["p"]))),
        )
        for term in model["terms"]
    ]
    columns = (_("%(measure)s (95 %% interval)") % {"measure": forest.measure_words(model)}, _("p"))
    caption = _("Controls and estimate: %(name)s") % {"name": analysis["name"]}
    yield Lines(caption, columns, tuple(lines), head=_("Term"))


def below(analysis: Analysis) -> str:
    """Say how large systematic errors are."""
    error = analysis["systematic"]
    return _("Systematic error on the scale of the coefficient: mean {mean}, standard deviation {deviation}.").format(
        mean=figure(error["mean"]), deviation=figure(math.sqrt(error["variance"]))
    )


CALIBRATION = Shown(
    name=gettext_lazy("Calibrated by negative controls"),
    asked=lambda analysis: f"{analysis['of']}, {analysis['term']}: {', '.join(analysis['controls'])}",
    methods=methods,
    tables=tables,
    picture="terms",
    drawn=drawn,
    caption=below,
)
