"""The pages of plans and checks."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Check, Plan
from hansa.kernel.files import handed_to
from hansa.kernel.models import Person
from hansa.lib.exchange import plans


def plan(record: Plan, _person: Person) -> dict[str, Any]:
    """Return what the page of a plan shows: components, signatures, and what differs from the version before."""
    before = record.mobility.plans.filter(number__lt=record.number).order_by("-number").first()
    return {
        "mobility": record.mobility,
        "mobility_url": reverse("record", args=["mobilities", record.mobility_id]),
        "document": record.document,
        "before": before,
        "differences": plans.differences(before.document, record.document) if before is not None else (),
        "warnings": plans.warnings(record.document, first=record.mobility.starts, last=record.mobility.ends),
        "signed": [{"role": words, "signature": record.signatures.get(role)} for role, words in roles().items()],
    }


def roles() -> dict[str, str]:
    """Return who signs a plan, in the order in which they do."""
    return {
        "participant": _("Participant"),
        "sending": _("Sending institution"),
        "receiving": _("Receiving institution"),
    }


def check(record: Check, person: Person) -> dict[str, Any]:
    """Return what the page of a check shows; the evidence is for the sending institution and whoever it is about."""
    return {
        "mobility": record.mobility,
        "mobility_url": reverse("record", args=["mobilities", record.mobility_id]),
        "documents": handed_to(record, by=person),
    }
