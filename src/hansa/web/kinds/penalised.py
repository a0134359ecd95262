"""Models whose coefficients a penalty holds near zero."""

import math
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.web import forest
from hansa.web.figures import NONE, figure
from hansa.web.kinds.models import GLM
from hansa.web.kinds.shown import Analysis, Labels, Shown, asked_by_formula
from hansa.web.tables import Lines, Plain


def methods(analysis: Analysis) -> Iterator[str]:
    """Yield which model was fitted under which penalty."""
    told = _(
        "Penalised model, {family} family: {formula}; penalty {penalty}, mixing {mixing} (1 is the lasso, 0 is ridge "
        "regression), on columns of deviation 1 (Friedman, Hastie and Tibshirani 2010)."
    )
    yield told.format(
        family=analysis["family"],
        formula=analysis["formula"],
        penalty=f"{analysis['penalty']:g}",
        mixing=f"{analysis['mixing']:g}",
    )


def tables(analysis: Analysis, labels: Labels) -> Iterator[Lines]:
    """Yield the coefficient of each term, and its ratio where people read one."""
    if not analysis["terms"]:
        return
    ratio = forest.is_ratio(analysis)
    lines = [
        Plain(
            forest.term_words(str(term["name"]), labels=labels),
            (
                figure(term["estimate"]) if term["is_kept"] else _("left out"),
                *((figure(math.exp(term["estimate"])) if term["is_kept"] else NONE,) if ratio else ()),
            ),
        )
        for term in analysis["terms"]
    ]
    columns = (_("Coefficient"), *((forest.measure_words(analysis),) if ratio else ()))
    caption = _("Estimates: %(name)s") % {"name": analysis["name"]}
    yield Lines(caption, columns, tuple(lines), head=_("Term"))


def note(_analysis: Analysis) -> str:
    """Say why there are no intervals."""
    return _(
        "A penalty draws estimates towards zero on purpose; intervals and p values would pretend that it does not, so "
        "there are none."
    )


PENALISED = Shown(
    name=gettext_lazy("Penalised model"),
    later=GLM.later,
    asked=asked_by_formula,
    methods=methods,
    tables=tables,
    note=note,
)
