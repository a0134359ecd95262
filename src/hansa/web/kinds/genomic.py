"""Allele frequencies and genome-wide association."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.web import manhattan
from hansa.web.figures import count, decimal, figure, p_words, percent
from hansa.web.kinds.shown import Analysis, Labels, Shown
from hansa.web.tables import Lines, Plain

#: How many variants a page shows; the result holds them all.
SHOWN = 25
#: A p-value is written without a power of ten from here on.
LEAST_PLAIN = 0.001
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
REASONS: Mapping[str, str | Promise] = {
    "absent": gettext_lazy("one allele is nowhere"),
    "few": gettext_lazy("too few persons carry one allele"),
    "separated": gettext_lazy("all carriers have the same outcome"),
    "twin": gettext_lazy("nearly the same persons carry it as a neighbour"),
    "diverged": gettext_lazy("could not be estimated"),
}


def tested(analysis: Analysis) -> Iterator[str]:
    """Yield how each variant was tested."""
    told = _(
        "Each variant was added by itself, as copies of its alternate allele, to the {family} model {formula} and "
        "tested by Wald's {statistic}, as PLINK does (Chang et al. 2015); inflation by Devlin and Roeder 1999."
    )
    yield told.format(family=analysis["family"], formula=analysis["formula"], statistic=analysis["statistic"])
    if components := analysis.get("components"):
        told = _(
            "Beside it stand {count} principal components of {variants} common variants, found by turning directions "
            "on sums over all hospitals (Price et al. 2006; Halko et al. 2011); they explain {explained} of the "
            "variance."
        )
        yield told.format(
            count=components["count"], variants=components["variants"], explained=percent(sum(components["explained"]))
        )
    yield counted_words()


def counted(_analysis: Analysis) -> Iterator[str]:
    """Yield how alleles were counted."""
    yield counted_words()


def counted_words() -> str:
    """Say which variants were left out."""
    return _(
        "Alleles were brought into one order before counting. A variant was left out where too few persons carry one "
        "of its alleles, or differ from a neighbour's carriers; what few persons lack has the mean in its place."
    )


def associations(analysis: Analysis, labels: Labels) -> Iterator[Lines]:
    """Yield the variants of the smallest p-values, then what was left out."""
    order = sorted(range(len(analysis["p"])), key=lambda index: analysis["p"][index])[:SHOWN]
    columns: Sequence[tuple[str, Callable[[int], str]]] = (
        (_("Persons"), lambda index: count(analysis["persons"][index])),
        (_("Frequency"), lambda index: percent(analysis["frequency"][index])),
        (_("Effect of a copy"), lambda index: figure(analysis["estimate"][index])),
        (_("Standard error"), lambda index: figure(analysis["standard_error"][index])),
        (_("p"), lambda index: tiny(analysis["p"][index])),
    )
    caption = _("Variants of the smallest p values: %(name)s") % {"name": analysis["name"]}
    yield of_variants(analysis, order, columns=columns, caption=caption)
    yield from left_out(analysis)


def frequencies(analysis: Analysis, labels: Labels) -> Iterator[Lines]:
    """Yield the first variants with their frequencies, then what was left out."""
    columns: Sequence[tuple[str, Callable[[int], str]]] = (
        (_("Persons"), lambda index: count(analysis["persons"][index])),
        (_("Frequency"), lambda index: percent(analysis["frequency"][index])),
        (_("p of equilibrium"), lambda index: p_words(analysis["equilibrium"][index])),
    )
    order = range(min(len(analysis["variants"]), SHOWN))
    caption = _("Frequency of the alternate allele: %(name)s") % {"name": analysis["name"]}
    yield of_variants(analysis, order, columns=columns, caption=caption)
    yield from left_out(analysis)


def of_variants(
    analysis: Analysis,
    order: Sequence[int],
    *,
    columns: Sequence[tuple[str, Callable[[int], str]]],
    caption: str,
) -> Lines:
    """Return a table of some variants, a line for each."""
    lines = [
        Plain(str(analysis["variants"][index]), tuple(words(index) for _head, words in columns)) for index in order
    ]
    return Lines(caption, tuple(head for head, _words in columns), tuple(lines), head=_("Variant"))


def tiny(p: float) -> str:
    """Write a p-value with its power of ten, since among many variants only the smallest say anything."""
    if p >= LEAST_PLAIN:
        return p_words(p)
    if p < manhattan.SMALLEST:
        return "< 10⁻³⁰⁰"
    digits, _e, power = f"{p:.1e}".partition("e-")
    return f"{decimal(float(digits), 1)} × 10⁻{str(int(power)).translate(RAISED)}"


def left_out(analysis: Analysis) -> Iterator[Lines]:
    """Yield how many variants were left out for each reason."""
    lines = [Plain(str(REASONS[reason]), (count(many),)) for reason, many in analysis["left_out"].items()]
    if lines:
        yield Lines(_("Variants left out"), (_("Variants"),), tuple(lines), head=_("Reason"))


def note(analysis: Analysis) -> str:
    """Say how many variants there are beyond those shown, and whether p-values are inflated."""
    many = len(analysis["variants"])
    told = _("{count} variants on {build}; the result as a file holds all of them.")
    words = [told.format(count=count(many), build=analysis["build"])]
    if (inflation := analysis.get("inflation")) is not None:
        words.append(_("Inflation {value}.").format(value=decimal(inflation, 2)))
    return " ".join(words)


def asked_by_model(analysis: Mapping[str, Any]) -> str:
    """Return the formula of the model, with the components that stand beside it."""
    count = analysis.get("components")
    return f"{analysis['formula']} + pc1 … pc{count}" if count else str(analysis["formula"])


def asked_by_panel(_analysis: Mapping[str, Any]) -> str:
    """Return that every variant of the panel is asked for."""
    return _("every variant of the panel")


ALLELE_FREQUENCIES = Shown(
    name=gettext_lazy("Allele frequencies"),
    asked=asked_by_panel,
    methods=counted,
    tables=frequencies,
    later=gettext_lazy("Genotype counts of the next variants, and in how many persons neighbours differ."),
    note=note,
)
GWAS = Shown(
    name=gettext_lazy("Genome-wide association"),
    asked=asked_by_model,
    methods=tested,
    tables=associations,
    later=gettext_lazy(
        "Sums of the model without a variant, genotype counts, in how many persons neighbours differ; then for each "
        "variant that is left its sums with each column of the model."
    ),
    picture="variants",
    caption=manhattan.words,
    note=note,
)
