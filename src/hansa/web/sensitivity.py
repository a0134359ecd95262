"""Sensitivity analyses: what a model finds beside what the same question finds asked otherwise."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from hansa.web import forest
from hansa.web.tables import Lines, Plain, scaled

Analysis = Mapping[str, Any]


def compared(
    result: Mapping[str, Any], protocol: Mapping[str, Any], *, labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return each model that others question, with a picture of all of them and a table; nothing where none do."""
    found = {analysis["name"]: analysis for analysis in result["analyses"]}
    asked: dict[str, list[Analysis]] = {}
    for planned in protocol["analyses"]:
        if of := planned.get("sensitivity_of"):
            asked.setdefault(of, []).append(found[planned["name"]])
    combined = {one["of"]: one for one in result["analyses"] if one["kind"] == "meta_analysis"}
    return [_beside(found[name], others, combined=combined.get(name), labels=labels) for name, others in asked.items()]


def _beside(
    main: Analysis, others: list[Analysis], *, combined: Analysis | None, labels: Mapping[str, str]
) -> dict[str, Any]:
    terms = [
        {**term, "label": f"{forest.term_words(name, labels=labels)} – {called}"}
        for name in (term["name"] for term in main["terms"] if term["name"] not in forest.INTERCEPTS)
        for called, term in _answers(name, main=main, others=others, combined=combined)
    ]
    drawn = {**main, "terms": terms}
    return {"name": main["name"], "drawn": drawn, "table": _table(drawn)}


def _answers(
    name: str, *, main: Analysis, others: list[Analysis], combined: Analysis | None
) -> Iterator[tuple[str, Analysis]]:
    """Yield what each analysis finds for a term, with what it is called."""
    for analysis in (main, *others):
        if forest.is_ratio(analysis) == forest.is_ratio(main):
            yield from ((analysis["name"], term) for term in analysis["terms"] if term["name"] == name)
    for term in combined["terms"] if combined else ():
        if term["name"] == name and term["random"]:
            yield _("random effects of the hospitals"), {"p": 1.0, **term["random"], "name": name}


def _table(drawn: Analysis) -> Lines:
    scale = forest.scale(drawn)
    lines = [Plain(term["label"], (scaled(term, scale, middle="estimate"),)) for term in drawn["terms"]]
    columns = (_("%(measure)s (95 %% interval)") % {"measure": forest.measure_words(drawn)},)
    caption = _("The same question asked otherwise: %(name)s") % {"name": drawn["name"]}
    return Lines(caption, columns, tuple(lines), head=_("Term and analysis"))
