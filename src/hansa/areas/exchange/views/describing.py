"""The pages of what this institution tells the network of itself, and of mails to groups."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Call, Mailing, Profile
from hansa.areas.exchange.queries.named import row_named
from hansa.areas.exchange.states import Kind
from hansa.areas.exchange.views.naming import called, institutions
from hansa.kernel.models import Person

GROUPS = {
    "who": ("name", "abbreviation", "street", "postal_code", "city", "country", "website", "email", "phone"),
    "contact": ("contact_given_names", "contact_family_name", "contact_position"),
    "calendar": (
        "nominations_autumn",
        "nominations_spring",
        "applications_autumn",
        "applications_spring",
        "decision_weeks",
        "transcript_weeks",
    ),
    "pages": ("housing", "visa", "insurance"),
}


def profile(record: Profile, _person: Person) -> dict[str, Any]:
    """Return what the page of the profile shows, in groups, and what the network does not read yet."""
    words = {
        "who": _("Who we are"),
        "contact": _("Who signs"),
        "calendar": _("Dates for incoming students"),
        "pages": _("Where they find more"),
    }
    return {
        "groups": [{"name": name, "title": words[name], "facts": facts(record, GROUPS[name])} for name in GROUPS],
        "units": pairs(record.units),
        "asked": pairs(record.requirements),
    }


def facts(record: Profile, names: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Return fields with their names, without those that say nothing."""
    found = [(record._meta.get_field(name), getattr(record, name)) for name in names]
    return [(str(getattr(field, "verbose_name", "")), value) for field, value in found if value]


def pairs(text: str) -> list[tuple[str, str]]:
    """Return lines such as ``name = details`` as pairs."""
    parts = [line.partition("=") for line in text.splitlines() if line.strip()]
    return [(name.strip(), what.strip()) for name, _sign, what in parts]


def mailing(record: Mailing, _person: Person) -> dict[str, Any]:
    """Return what the page of a mail shows: what was written to whom, and what became of it; nobody is named."""
    return {"chosen": [told(name, value) for name, value in record.selection.items() if value]}


def told(name: str, value: Any) -> dict[str, str]:
    """Return one part of a selection in words."""
    words = {
        "call": _("Applicants of the call"),
        "states": _("States"),
        "kind": _("Kind of stay"),
        "year": _("Academic year"),
        "partner": _("Partner"),
        "direction": _("Direction"),
    }
    found = {
        "name": words.get(name, name),
        "words": ", ".join(value) if isinstance(value, list) else str(value),
        "url": "",
    }
    if name == "kind":
        found["words"] = str(Kind(value).label)
    if name == "partner":
        found["words"] = called(value, institutions())
    if name == "direction":
        found["words"] = _("sent") if value == "outgoing" else _("received")
    if name == "call" and (call := row_named(Call.objects.all(), value)) is not None:
        found |= {"words": call.title, "url": reverse("record", args=[call.noun, call.pk])}
    return found
