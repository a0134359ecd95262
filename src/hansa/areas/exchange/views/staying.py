"""The page of a mobility: who goes where, under which clause, what is missing, and every step so far."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Mobility, Offer
from hansa.areas.exchange.queries import gate
from hansa.areas.exchange.states import CLINICAL, CheckKind, MobilityState
from hansa.areas.exchange.views.naming import called, institutions, may_see_names
from hansa.areas.exchange.views.steps import steps, waits
from hansa.kernel.models import Agreement, Person


def detail(mobility: Mobility, person: Person) -> dict[str, Any]:
    """Return what the page of a mobility shows."""
    known = institutions()
    checks = list(mobility.checks.all())
    expiring = {found.check.pk for found in gate.expiries(mobility, checks)}
    is_before_start = mobility.state == MobilityState.ACCEPTED
    return {
        "stay": mobility.stay if may_see_names(person) or mobility.belongs_to(person) else None,
        "kind": mobility.get_kind_display(),
        "sending": called(mobility.sending, known),
        "receiving": called(mobility.receiving, known),
        "partner": called(mobility.partner, known),
        "channel": mobility.get_channel_display(),
        "basis": basis(mobility),
        "steps": steps(mobility),
        "waits": waits(mobility, known),
        "missing": gate.missing(mobility, checks) if is_before_start else [],
        "plans": [
            {"url": link(plan), "plan": plan, "words": plan.get_state_display()} for plan in mobility.plans.all()
        ],
        "checks": [
            {"url": link(check), "check": check, "words": check.get_state_display(), "expires": check.pk in expiring}
            for check in checks
        ],
        "courses": courses(mobility),
        "makes": makes(mobility, person),
    }


def link(record: Any) -> str:
    """Return the address of a record's page."""
    return reverse("record", args=[record.noun, record.pk])


def basis(mobility: Mobility) -> dict[str, str]:
    """Return the clause or condition under which a stay takes place, with the page of it."""
    if mobility.iia is not None:
        words = _("condition {number} of {title}").format(number=mobility.condition, title=mobility.iia.title)
        return {"words": words, "url": link(mobility.iia)}
    held = Agreement.objects.filter(hash=mobility.agreement).only("id").first()
    url = f"{link(held)}#clause-{mobility.clause}" if held is not None else ""
    return {"words": _("clause {clause}").format(clause=mobility.clause), "url": url}


def courses(mobility: Mobility) -> list[dict[str, Any]]:
    """Return the courses or assessments of the transcript, each with what was decided about it."""
    transcript, recognition = mobility.transcript or {}, mobility.recognition or {}
    decided = {one["course"]: one for one in recognition.get("decisions", [])}
    return [{**one, "decision": decided.get(one["code"])} for one in transcript.get("courses", [])]


def makes(mobility: Mobility, person: Person) -> list[dict[str, str]]:
    """Return what can be made for a stay now: a plan, and at the bedside a further check."""
    from hansa.kernel.actions import ACTIONS  # noqa: PLC0415 -- actions are registered after the views are read

    wanted = ["plans.draft", "plans.draft_own"]
    if mobility.kind in CLINICAL and not mobility.is_outgoing:
        wanted.append("checks.require")
    found = [ACTIONS[name] for name in wanted if name in ACTIONS]
    return [
        {
            "title": action.title.rstrip("."),
            "url": f"{reverse('make', args=[action.noun, action.verb])}?mobility={mobility.pk}",
        }
        for action in found
        if action.refusal(action.record(), person) is None
    ]


def offer(record: Offer, _person: Person) -> dict[str, Any]:
    """Return what the page of an offer shows."""
    known = institutions()
    checks = [str(CheckKind(kind).label) for kind in record.checks if kind in CheckKind.values]
    return {"host": called(record.lead, known), "kind": record.get_kind_display(), "asked": checks}
