"""A linear model in which persons of one hospital are alike."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.web.figures import count, figure, percent
from hansa.web.kinds import models
from hansa.web.kinds.shown import Analysis, Labels, Shown, asked_by_formula
from hansa.web.tables import Lines, Plain


def methods(analysis: Analysis) -> Iterator[str]:
    """Yield which model was fitted."""
    yield _(
        "Linear mixed model with a random intercept of the hospital: {formula}, by restricted maximum likelihood "
        "(Laird and Ware 1982)."
    ).format(formula=analysis["formula"])


def tables(analysis: Analysis, labels: Labels) -> Iterator[Lines]:
    """Yield the fixed effects, then how much hospitals and persons differ."""
    yield from models.tables(analysis, labels)
    if analysis["terms"]:
        share = analysis["share_between"]
        lines = (
            Plain(_("between hospitals"), (figure(analysis["between"]), percent(share))),
            Plain(_("between persons of a hospital"), (figure(analysis["within"]), percent(1 - share))),
        )
        columns = (_("Variance"), _("Share"))
        yield Lines(_("How much hospitals differ"), columns, lines, head=_("Difference"))


def note(analysis: Analysis) -> str:
    """Say how little few hospitals tell about hospitals, where they are few."""
    if not analysis["few_sites"]:
        return ""
    return _("{hospitals} hospitals say little about how much hospitals differ; read that variance with care.").format(
        hospitals=count(analysis["sites"])
    )


MIXED_MODEL = Shown(
    name=gettext_lazy("Linear mixed model"),
    later=gettext_lazy(
        "in each round, for several ratios of the variances: sums of products of two variables, corrected by the size "
        "of the hospital"
    ),
    asked=asked_by_formula,
    methods=methods,
    tables=tables,
    picture="terms",
    caption=models.caption,
    note=note,
)
