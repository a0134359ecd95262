"""Results in the terminal: each analysis as a table that a clinician can read."""

import math
from typing import Any

from rich.table import Table

from hansa.cli.output import console

#: How many variants are shown; --json gives all.
MOST_VARIANTS = 20
RATIOS = ("binomial", "poisson", "negative_binomial")


def show(result: dict[str, Any]) -> None:
    """Print every analysis of a result."""
    kinds = {"table_one": description, "kaplan_meier": survival, "incidence": incidence, "meta_analysis": agreement}
    kinds["treatment_effect"] = effect
    kinds |= dict.fromkeys(("glm", "cox"), model)
    kinds |= dict.fromkeys(("gwas", "allele_frequencies"), variants)
    sizes = [f"{result[what]} {what if result[what] != 1 else what[:-1]}" for what in ("sites", "rows", "rounds")]
    console().print(f"{', '.join(sizes)}.")
    for analysis in result["analyses"]:
        console().print(kinds.get(analysis["kind"], plain)(analysis))


def variants(analysis: dict[str, Any]) -> Table:
    """Return the variants of the smallest p-values, or the first ones, and how many there are."""
    heads = [key for key, value in analysis.items() if isinstance(value, list)]
    many = range(len(analysis["variants"]))
    chosen = sorted(many, key=lambda index: analysis["p"][index]) if "p" in analysis else many
    told = ", ".join(f"{count} {reason}" for reason, count in analysis["left_out"].items())
    caption = f"{len(many)} variants on {analysis['build']}{f'; left out: {told}' if told else ''}."
    table = Table(*heads, title=analysis["name"], caption=analysis.get("problem") or caption)
    for index in list(chosen)[:MOST_VARIANTS]:
        cells = [analysis[key][index] for key in heads]
        table.add_row(*(f"{cell:.6g}" if isinstance(cell, float) else str(cell) for cell in cells))
    return table


def plain(analysis: dict[str, Any]) -> Table:
    """Return the first list of an analysis that has no table of its own, a column for each plain value."""
    told = [value for value in analysis.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
    lines = analysis.get("terms") or next(iter(told), [])
    heads = [key for key, value in lines[0].items() if not isinstance(value, dict | list)] if lines else []
    table = Table(*heads, title=f"{analysis['name']} ({analysis['kind']})", caption=analysis.get("problem"))
    for line in lines:
        table.add_row(*(f"{line[key]:.6g}" if isinstance(line[key], float) else str(line[key]) for key in heads))
    return table


def model(analysis: dict[str, Any]) -> Table:
    """Return the terms of a model, with ratios where people read ratios."""
    is_ratio = analysis["kind"] == "cox" or analysis.get("family") in RATIOS
    ratio = "hazard ratio" if analysis["kind"] == "cox" else "ratio"
    table = Table(
        "term", "estimate", "standard error", ratio if is_ratio else "", "95% interval", "p", title=analysis["name"]
    )
    for term in analysis["terms"]:
        scale = math.exp if is_ratio else float
        interval = f"{scale(term['low']):.3f} to {scale(term['high']):.3f}"
        table.add_row(
            term["name"],
            f"{term['estimate']:.6f}",
            f"{term['standard_error']:.6f}",
            f"{math.exp(term['estimate']):.3f}" if is_ratio else "",
            interval,
            p_words(term["p"]),
        )
    if problem := analysis.get("problem"):
        table.caption = str(problem)
    return table


def incidence(analysis: dict[str, Any]) -> Table:
    """Return the incidence rate of each group, for a thousand units of time, and its ratio to the first."""
    heads = ("group", "persons", "events", f"time ({analysis['unit']})", f"rate for 1000 {analysis['unit']}")
    table = Table(*heads, "95% interval", "rate ratio", "95% interval", "p", title=analysis["name"])
    for group in analysis["groups"]:
        table.add_row(
            str(group["level"] or "all"),
            str(group["persons"]),
            str(group["events"]),
            f"{group['time']:g}",
            *figures(group, "rate", times=1000),
            *(figures(group["ratio"], "estimate") if group["ratio"] else ("", "")),
            p_words(group["ratio"]["p"]) if group["ratio"] and group["ratio"]["p"] is not None else "",
        )
    table.caption = analysis["problem"]
    return table


def effect(analysis: dict[str, Any]) -> Table:
    """Return the effect of a treatment, ratios on the scale that people read."""
    table = Table("", "persons", "effective", "mean or effect", "95% interval", "p", title=analysis["name"])
    for group in analysis["groups"]:
        name = f"{analysis['treatment']}: {group['level']}"
        table.add_row(name, str(group["persons"]), f"{group['effective']:.1f}", f"{group['mean']:.4f}")
    for one in analysis["effects"]:
        scale = float if one["name"] == "difference" else math.exp
        low, middle, high = (f"{scale(one[key]):.4f}" for key in ("low", "estimate", "high"))
        p = p_words(one["p"]) if one["p"] is not None else ""
        table.add_row(one["name"], "", "", middle, f"{low} to {high}", p)
    table.caption = analysis["problem"]
    return table


def agreement(analysis: dict[str, Any]) -> Table:
    """Return how far the sites agree on each term of a model, ratios where people read ratios."""
    is_ratio = analysis["model"] == "cox" or analysis["family"] in RATIOS
    scale = math.exp if is_ratio else float
    heads = ("term", "sites", "ratio" if is_ratio else "estimate", "95% interval", "I²", "tau²", "p of Q", "prediction")
    table = Table(*heads, title=f"{analysis['name']}: random effects for {analysis['of']}")
    for term in analysis["terms"]:
        if term["random"] is None:
            table.add_row(term["name"], str(term["sites"]))
            continue
        low, middle, high = (f"{scale(term['random'][key]):.3f}" for key in ("low", "estimate", "high"))
        far = term["prediction"]
        table.add_row(
            term["name"],
            str(term["sites"]),
            middle,
            f"{low} to {high}",
            share(term["i2"]),
            f"{term['tau2']:.4g}",
            p_words(term["p"]),
            f"{scale(far['low']):.3f} to {scale(far['high']):.3f}" if far else "–",
        )
    return table


def figures(told: dict[str, Any], key: str, *, times: float = 1.0) -> tuple[str, str]:
    """Return a figure and its interval; a side without a bound is infinite."""
    low, middle, high = ("∞" if told[name] is None else f"{times * told[name]:.3f}" for name in ("low", key, "high"))
    return middle, f"{low} to {high}"


def survival(analysis: dict[str, Any]) -> Table:
    """Return each group's survival at up to six of its times."""
    table = Table(
        "group", f"time ({analysis['time_unit']})", "at risk", "without event", "95% interval", title=analysis["name"]
    )
    for group in analysis["groups"]:
        size = len(group["time"])
        for place in range(0, size, max(1, math.ceil(size / 6))):
            low, high = (share(group[name][place]) for name in ("low", "high"))
            table.add_row(
                str(group["level"] or "all"),
                f"{group['time'][place]:g}",
                str(group["at_risk"][place]),
                share(group["survival"][place]),
                f"{low} to {high}",
            )
        table.add_section()
    if test := analysis.get("log_rank"):
        table.caption = f"Log-rank: chi-square {test['chi_square']:.3f}, df {test['df']}, p {p_words(test['p'])}"
    return table


def description(analysis: dict[str, Any]) -> Table:
    """Return Table 1."""
    table = Table("", *[str(column) for column in analysis["columns"]], title=analysis["name"])
    for line in analysis["lines"]:
        level = "missing" if line.get("statistic") == "missing" else line["level"]
        label = line["label"] or line["variable"]
        table.add_row(f"{label}: {level}" if level else label, *[words(cell) for cell in line["cells"]])
    return table


def words(cell: dict[str, Any]) -> str:
    """Return one cell of Table 1 in words."""
    if cell.get("suppressed"):
        return "too few"
    if "mean" in cell:
        return f"{cell['mean']:.1f} ± {cell['sd']:.1f}" if cell["mean"] is not None and cell["sd"] is not None else "–"
    return f"{cell['count']} ({share(cell['share'])})" if cell.get("share") is not None else str(cell["count"])


def share(value: float | None) -> str:
    """Return a share in per cent."""
    return "–" if value is None else f"{100 * value:.1f}%"


def p_words(p: float) -> str:
    """Return a p value; small ones as a bound."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"  # noqa: PLR2004 -- the bound that journals use
