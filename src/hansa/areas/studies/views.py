"""What the pages say about studies and data sets: protocol, decisions, what leaves, progress, result.

Nothing here draws or writes; each function returns what a template or the home page
shows. However many studies there are, the lists take the same number of queries.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hansa.areas.studies import cohort_words, guards, inquiry_words, quality_words, queries, weighing
from hansa.areas.studies.leaving import leaves
from hansa.areas.studies.models import Contribution, Dataset, Inquiry, Round, Study
from hansa.areas.studies.rules import COUNT, VOCABULARY
from hansa.areas.studies.states import DatasetKind, DatasetState, InquiryState, State
from hansa.kernel.identity import own
from hansa.kernel.joint import names
from hansa.kernel.models import Agreement, Partner, PartyDecision, Person, Record, Verdict
from hansa.kernel.pages import Asked
from hansa.kernel.people import has
from hansa.lib.duo import CODES
from hansa.lib.wording import terms_in_words

Item = dict[str, Any]
MOST = 50


def language() -> str:
    """Return the reader's language."""
    return (get_language() or "en").partition("-")[0]


def known() -> dict[str, str]:
    """Return the institutions by the names people know them by."""
    return {own().id: own().name, **dict(Partner.objects.values_list("institution", "name"))}


def called(parties: Iterable[str], known_as: Mapping[str, str]) -> str:
    """Return institutions by name, in one line."""
    return ", ".join(known_as.get(party, party) for party in parties)


def item(study: Study | Inquiry, **more: Any) -> Item:
    """Return a study or an inquiry as one line of the home page."""
    return {
        "title": study.title,
        "url": f"/{study.noun}/{study.pk}/",
        "state": study.state,
        "words": study.State(study.state).label,
        "since": study.updated,
        **more,
    }


def waiting(person: Person) -> list[Item]:
    """Return the studies that wait for a decision of this person."""
    found = [*_to_decide(person), *_to_count(person), *_to_release(person)]
    if has(person, "studies.retry"):
        stopped = Study.objects.filter(state=State.FAILED, lead=own().id)[:MOST]
        found += [item(study, note=study.trouble or _("It stopped; start it again.")) for study in stopped]
    return found


def waiting_count(person: Person) -> int:
    """Return how many lines ``waiting`` has, without reading the studies."""
    found = 0
    if has(person, "studies.decide"):
        found += min(MOST, Study.objects.filter(state=State.PROPOSED).count())
        found += min(MOST, _uncounted().count())
    if has(person, "studies.release"):
        found += len(_unsigned(Study.objects.filter(state=State.REVIEW).only("id", "state")[:MOST]))
    if has(person, "studies.retry"):
        found += min(MOST, Study.objects.filter(state=State.FAILED, lead=own().id).count())
    return found


def _to_decide(person: Person) -> list[Item]:
    if not has(person, "studies.decide"):
        return []
    proposed = Study.objects.filter(state=State.PROPOSED)[:MOST]
    return [
        item(study, note=_("Look at what would leave this hospital, then approve or decline.")) for study in proposed
    ]


def _uncounted() -> QuerySet[Inquiry]:
    return Inquiry.objects.filter(state=InquiryState.ASKED).exclude(lead=own().id)


def _to_count(person: Person) -> list[Item]:
    if not has(person, "studies.decide"):
        return []
    note = _("A partner asks how many people there are here: count and answer, or decline.")
    return [item(inquiry, note=note) for inquiry in _uncounted()[:MOST]]


def _to_release(person: Person) -> list[Item]:
    if not has(person, "studies.release"):
        return []
    unsigned = _unsigned(Study.objects.filter(state=State.REVIEW)[:MOST])
    return [item(study, note=_("Look at the result, then release it or withdraw.")) for study in unsigned]


def _unsigned(review: Iterable[Study]) -> list[Study]:
    studies = list(review)
    given = queries.verdicts(studies)
    return [study for study in studies if own().id not in given.get((study.urn, Verdict.RELEASED), set())]


def running(person: Person) -> list[Item]:
    """Return the studies under way, and for whom each waits."""
    if not has(person, "studies.read"):
        return []
    states = (State.PROPOSED, State.APPROVED, State.RUNNING, State.REVIEW)
    studies = list(Study.objects.filter(state__in=states).order_by("-updated")[:MOST])
    given, latest, here = queries.verdicts(studies), queries.last_rounds(studies), queries.contributors(studies)
    known_as = known()
    found = []
    for study in studies:
        waits = queries.awaited(study, given=given, latest=latest, here=here)
        number = latest.get(study.pk)
        note = _("round {number}").format(number=number) if study.state == State.RUNNING and number else ""
        found.append(item(study, who=called(waits, known_as), note=note))
    return found


def produced(person: Person) -> list[Item]:
    """Return the released studies, the newest first."""
    if not has(person, "studies.read"):
        return []
    released = Study.objects.filter(state=State.RELEASED).order_by("-updated")[:MOST]
    return [item(study, note=study.question) for study in released]


def failed(person: Person) -> list[Item]:
    """Return the studies that stopped, and why."""
    if not has(person, "studies.read"):
        return []
    stopped = Study.objects.filter(state__in=(State.FAILED, State.DECLINED)).order_by("-updated")[:MOST]
    return [item(study, note=study.trouble) for study in stopped]


def choices(action: str, asked: Asked | None = None) -> dict[str, list[tuple[str, Any]]]:
    """Return what can be chosen in the forms of this area."""
    if action == "studies.approve":
        connected = Dataset.objects.filter(state=DatasetState.CONNECTED)
        if asked is not None and isinstance(asked.record, Study):
            connected = connected.filter(kind__in=guards.kinds_for(asked.record))
        return {
            "dataset": [(row.name, _("{name}, {rows} rows").format(name=row.name, rows=row.rows)) for row in connected]
        }
    if action == "inquiries.ask":
        return asking()
    if action == "studies.propose":
        held = Agreement.objects.filter(state=Agreement.State.IN_FORCE)
        return {"agreement": [("", _("the one that has the clause")), *((row.hash, str(row)) for row in held)]}
    return {}


def asking() -> dict[str, list[tuple[str, Any]]]:
    """Return what can be chosen in the question how many people each institution has."""
    held = Agreement.objects.filter(state=Agreement.State.IN_FORCE)
    clauses = [clause for row in held for clause in row.document["clauses"] if COUNT in clause["permits"]]
    return {
        "clause": [(clause["id"], f"{clause['id']} {text_in(clause['title'])}") for clause in clauses],
        "purpose": [(code.id, f"{code.name} ({code.id})") for code in CODES.values() if code.sort == "purpose"],
        "agreement": [("", _("the one that has the clause")), *((row.hash, str(row)) for row in held)],
    }


def text_in(texts: Mapping[str, str]) -> str:
    """Return a text of a memorandum in the reader's language, or in any that it has."""
    return texts.get(language()) or next(iter(texts.values()))


def detail(record: Record, person: Person) -> dict[str, Any]:
    """Return what the page of a study or a data set shows."""
    if isinstance(record, Study):
        return study_page(record, person)
    if isinstance(record, Inquiry):
        return inquiry_words.page(record)
    if isinstance(record, Dataset) and record.kind == DatasetKind.OMOP:
        past = record.past_releases.select_related("study")
        versions = (record.quality or {}).get("versions") or {}
        return {"versions": versions, "past": past, "quality": quality_words.told(record.quality)}
    if isinstance(record, Dataset):
        words = {"number": _("number"), "text": _("text")}
        columns = [{**column, "type": words.get(column["type"], column["type"])} for column in record.profile]
        return {"columns": columns, "past": record.past_releases.select_related("study")}
    return {}


def study_page(study: Study, person: Person) -> dict[str, Any]:
    """Return the whole page of one study."""
    known_as = known()
    decided = list(PartyDecision.objects.filter(record=study.urn))
    own_rounds = list(study.rounds.filter(attempt=study.attempt))
    given = list(Contribution.objects.filter(study=study, attempt=study.attempt).defer("words"))
    return {
        "lead": known_as.get(study.lead, study.lead),
        "party_count": len(study.parties),
        "clause": study.clause,
        "agreement": Agreement.objects.filter(hash=study.agreement).first(),
        "decisions": decisions(study, decided, known_as=known_as),
        "variables": variables(study),
        "cohorts": cohort_words.cohorts(study),
        "entering": cohort_words.entering(study) if has(person, "studies.decide") else [],
        "analyses": [analysis_words(analysis) for analysis in study.protocol["analyses"]],
        "limits": terms_in_words(
            {"permits": [], "person": [], "purposes": [study.purpose], "limits": study.stated_limits},
            language=language(),
            words=VOCABULARY.words,
        ),
        "source": study.source_text or json.dumps(study.protocol, indent=2, ensure_ascii=False),
        "leaves": leaves(study, given, known_as=known_as),
        "weighed": weighing.weighed(study, person, at=timezone.now()),
        "cautions": study.cautions.all() if has(person, "studies.decide") else [],
        "progress": progress(study, own_rounds, given=given, decided=decided, known_as=known_as),
        **result(study, person),
    }


def decisions(study: Study, decided: list[PartyDecision], *, known_as: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return for every party its latest decision, or that it has none yet."""
    latest = {row.party: row for row in decided}
    return [_decision(party, latest.get(party), known_as=known_as) for party in study.parties]


def _decision(party: str, row: PartyDecision | None, *, known_as: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": known_as.get(party, party),
        "is_own": party == own().id,
        "verdict": row.verdict if row else "waiting",
        "words": Verdict(row.verdict).label if row else _("not decided yet"),
        "reason": row.reason if row else "",
        "at": row.at if row else None,
    }


def labels_of(study: Study) -> dict[str, str]:
    """Return the variables of the protocol by the words its author gave them."""
    declared = study.protocol["data"]["variables"]
    return {name: _labelled(name, about) for name, about in declared.items()}


def _labelled(name: str, about: Mapping[str, Any]) -> str:
    label = about.get("label") or name.replace("_", " ")
    units = {"d": _("day"), "wk": _("week"), "mo": _("month"), "a": _("year")}
    unit = units.get(about.get("unit") or "", about.get("unit"))
    return _("{label}, per {unit}").format(label=label, unit=unit) if unit and about["type"] == "number" else label


def variables(study: Study) -> list[dict[str, Any]]:
    """Return the variables that the protocol uses, in words."""
    types = {"number": _("number"), "boolean": _("yes or no"), "category": _("category")}
    declared = study.protocol["data"]["variables"]
    return [
        {
            "name": name,
            "label": about.get("label") or name,
            "type": types.get(about["type"], about["type"]),
            "unit": about.get("unit") or "",
            "allowed": ", ".join(about.get("levels") or ()) or _span(about.get("range")),
            "origin": cohort_words.origin(about.get("omop")),
        }
        for name, about in declared.items()
    ]


def _span(span: list[float] | None) -> str:
    return _("{low} to {high}").format(low=f"{span[0]:g}", high=f"{span[1]:g}") if span else ""


def analysis_words(analysis: Mapping[str, Any]) -> dict[str, Any]:
    """Return an analysis of the protocol in words."""
    by = _("by {by}").format(by=analysis["by"]) if analysis.get("by") else ""
    return {**analysis, "by": by}


def progress(
    study: Study,
    own_rounds: list[Round],
    *,
    given: list[Contribution],
    decided: list[PartyDecision],
    known_as: Mapping[str, str],
) -> dict[str, Any]:
    """Return how far the study is, and for whom it waits."""
    done = {
        (study.urn, verdict): {row.party for row in decided if row.verdict == verdict} for verdict in Verdict.values
    }
    number = max((row.number for row in own_rounds), default=0)
    here = {(study.pk, study.attempt, number): {row.party for row in given if row.number == number}}
    is_open = study.state in (State.PROPOSED, State.APPROVED, State.RUNNING, State.REVIEW)
    waits = queries.awaited(study, given=done, latest={study.pk: number}, here=here) if is_open else []
    what = {
        State.PROPOSED: _("approval"),
        State.APPROVED: _("approval"),
        State.RUNNING: _("round {number}").format(number=number),
        State.REVIEW: _("release"),
    }
    return {
        "rounds": number,
        "closed": sum(row.closed is not None for row in own_rounds),
        "attempt": study.attempt,
        "waits": {"who": called(waits, known_as), "what": what.get(State(study.state), "")} if waits else {},
        "steps": steps(study),
    }


def steps(study: Study) -> list[dict[str, Any]]:
    """Return the way of a study from proposal to release, with where it stands."""
    way = [State.PROPOSED, State.APPROVED, State.RUNNING, State.REVIEW, State.RELEASED]
    here = way.index(State(study.state)) if study.state in way else -1
    return [{"words": state.label, "done": place < here, "here": place == here} for place, state in enumerate(way)]


def result(study: Study, person: Person) -> dict[str, Any]:
    """Return the result for the page, if there is one and the person may see it."""
    # Everybody sees it once it is out; before that, those who decide whether it goes out.
    if study.result is None or not (study.state == State.RELEASED or has(person, "studies.release")):
        return {"result": None, "labels": {}}
    found = study.result["result"]
    labels = labels_of(study)
    planned = {analysis["name"]: analysis for analysis in study.protocol["analyses"]}
    analyses = [
        {
            **analysis,
            "by_label": labels.get(str(planned[analysis["name"]].get("by")), ""),
        }
        for analysis in found["analyses"]
    ]
    signed = names(party for party in study.parties) if study.result["signed"] else []
    return {"result": found, "shown": analyses, "labels": labels, "signed_by": signed}
