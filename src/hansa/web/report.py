"""The report of a released study: what a clinician prints and a statistician can check.

Everything in it comes from the result that every party signed, the protocol and the decisions; nothing is
computed anew, so that two hospitals print the same.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from hansa.kernel.joint import names
from hansa.kernel.models import Agreement, JointRecord, Person
from hansa.lib.canonical import digest
from hansa.lib.statistics.attrition import rules_of
from hansa.web import detail
from hansa.web.figures import count
from hansa.web.methods import methods
from hansa.web.sensitivity import compared
from hansa.web.waiting import text_of


def facts(record: JointRecord, person: Person) -> dict[str, Any]:
    """Return what the report of a released record says, as its page and its paper show it."""
    about = detail.of(record, person)
    result, protocol = about["result"], record.protocol  # type: ignore[attr-defined]  # only studies have a result
    return {
        **about,
        "record": record,
        "flow": flow(result, protocol),
        "sensitivity": compared(result, protocol, labels=about["labels"]),
        "methods": methods(result, protocol),
        "clause_text": clause_text(record),
        "hospitals": names(record.parties),
        "digest": digest(result),
    }


def flow(result: Mapping[str, Any], protocol: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return who was counted, step by step: everybody, who is in models, and who had the event."""
    cohort = protocol["data"].get("target")
    first = _("persons in the cohort {name}").format(name=cohort) if cohort else _("persons in the data")
    steps = [
        *entered(result, protocol),
        (first, count(result["rows"])),
        (_("without missing values, in the models"), count(result["complete"])),
    ]
    for analysis in result["analyses"]:
        if analysis["kind"] == "kaplan_meier" and analysis.get("groups"):
            events = sum(sum(group["events"]) for group in analysis["groups"])
            steps.append((_("with the event ({name})").format(name=analysis["name"]), count(events)))
    return steps


def entered(result: Mapping[str, Any], protocol: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how many persons entered the cohort and how many each rule left; steps that are withheld are left out."""
    counts = result.get("entering") or ()
    if not counts:
        return []
    rules = rules_of(protocol["data"]["cohorts"][protocol["data"]["target"]])
    words = [
        _("persons who enter"),
        *(_("after the rule: {rule}").format(rule=rule.get("name") or number) for number, rule in enumerate(rules, 1)),
    ]
    return [(told, count(persons)) for told, persons in zip(words, counts, strict=True) if persons is not None]


def clause_text(record: JointRecord) -> str:
    """Return the clause under which it was done, in the reader's language."""
    held = Agreement.objects.filter(hash=record.agreement).first()
    clauses = held.document["clauses"] if held else []
    return next((str(text_of(clause["text"])) for clause in clauses if clause["id"] == record.clause), "")
