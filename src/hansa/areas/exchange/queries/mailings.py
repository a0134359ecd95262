"""Mails to groups: whom a selection names, and where each can be reached now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Application, Mailing, Stay

APPLICATIONS, MOBILITIES = "applications", "mobilities"
WAITING, SENT, FAILED, UNKNOWN = "waiting", "sent", "failed", "unknown"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Who is to get a mail: applicants of a call, or people whose stays meet all that is given."""

    call: str = ""
    states: Sequence[str] = ()
    kind: str = ""
    year: str = ""
    partner: str = ""
    direction: str = ""

    def applicants(self) -> list[tuple[str, str]]:
        """Return the applicants of a call, each with the address."""
        rows = Application.objects.filter(call_id=self.call)
        rows = rows.filter(state__in=self.states) if self.states else rows
        return [(str(pk), email) for pk, email in rows.order_by("created").values_list("pk", "email")]

    def travellers(self) -> list[tuple[str, str]]:
        """Return the stays, each with the address of whoever goes."""
        wanted: dict[str, Any] = {
            "mobility__kind": self.kind,
            "mobility__year": self.year,
            "mobility__partner": self.partner,
            "mobility__is_outgoing": self.direction == "outgoing" if self.direction else "",
            "mobility__state__in": list(self.states) or "",
        }
        rows = Stay.objects.filter(**{name: value for name, value in wanted.items() if value != ""})
        return [
            (str(pk), email) for pk, email in rows.order_by("mobility__created").values_list("mobility_id", "email")
        ]

    def recipients(self) -> list[dict[str, str]]:
        """Return who gets the mail, every address once; where they are reached is read again when it is sent."""
        sort, rows = (APPLICATIONS, self.applicants()) if self.call else (MOBILITIES, self.travellers())
        by_address: dict[str, str] = {}
        for key, email in rows:
            by_address.setdefault(email.casefold(), key)
        return [{"of": sort, "id": key, "state": WAITING} for key in by_address.values()]


def address_of(recipient: Mapping[str, str]) -> str:
    """Return where somebody is reached now, or nothing where that is no longer kept."""
    if recipient["of"] == APPLICATIONS:
        found = Application.objects.filter(pk=recipient["id"]).values_list("email", flat=True).first()
    else:
        found = Stay.objects.filter(mobility_id=recipient["id"]).values_list("email", flat=True).first()
    return found or ""


def trouble(mailing: Mailing) -> str:
    """Return in one sentence each how many were not reached, or may not have been."""
    states = [one["state"] for one in mailing.recipients]
    failed, unknown = states.count(FAILED), states.count(UNKNOWN)
    said = []
    if failed:
        said.append(_("{number} of {all} were not reached.").format(number=failed, all=len(states)))
    if unknown:
        said.append(
            _("{number} may not have been reached: the line broke, and nothing is sent twice.").format(number=unknown)
        )
    return " ".join(said)


def journal(mailing: Mailing) -> list[tuple[str, str]]:
    """Return who was written to and what became of it, by name, for whoever may see the people anyway."""
    keys = {sort: [one["id"] for one in mailing.recipients if one["of"] == sort] for sort in (APPLICATIONS, MOBILITIES)}
    people = {str(row.pk): str(row) for row in Application.objects.filter(pk__in=keys[APPLICATIONS])}
    for stay in Stay.objects.filter(mobility_id__in=keys[MOBILITIES]):
        people[str(stay.mobility_id)] = f"{stay.given_names} {stay.family_name}"
    return [(people.get(one["id"], ""), one["state"]) for one in mailing.recipients]
