"""What the international office writes to groups of people."""

from typing import Literal

from django.conf import settings
from django.utils.translation import gettext as _

from hansa.areas.exchange.actions.applications import call_named
from hansa.areas.exchange.models import Mailing
from hansa.areas.exchange.queries.mailings import Selection
from hansa.areas.exchange.states import ApplicationState, MobilityState
from hansa.areas.exchange.states import MailState as State
from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.jobs import enqueue
from hansa.kernel.models import Person
from hansa.lib.errors import RefusedError

KIND = "exchange.mail"
GROUP = "mail"
MOST_RECIPIENTS = 2_000
LONGEST_TEXT = 20_000
OWN_PEOPLE = "A mail to people whom the office looks after is no letter between institutions."


def demand_server() -> None:
    """Refuse to write to anybody where the node has no mail server."""
    if not settings.EMAIL_HOST:
        raise RefusedError(
            _("This node cannot send mail: node.toml names no mail server."),
            _(
                'Write mail = "smtp://USER:PASSWORD@HOST:587" and mail_from in node.toml; '
                "or copy the addresses from the list."
            ),
        )


@action(needs="mailings.send", source=(NEW,), target=(State.SENDING,), because=OWN_PEOPLE)
def send(
    mailing: Mailing,
    *,
    by: Person,
    subject: str,
    text: str,
    call: str = "",
    states: list[str] | None = None,
    kind: str = "",
    year: str = "",
    partner: str = "",
    direction: Literal["", "outgoing", "incoming"] = "",
) -> None:
    """Write to a group.

    To the applicants of a call, or to people by their stays. Everybody gets a mail of their own, and nobody two.
    """
    demand_server()
    if "\n" in subject or "\r" in subject:
        raise GivenError({"subject": _("A subject is one line.")})
    if len(text) > LONGEST_TEXT:
        raise GivenError({"text": _("It is longer than {most} letters.").format(most=LONGEST_TEXT)})
    chosen = {"call": call, "kind": kind, "year": year, "partner": partner, "direction": direction}
    demand_selection(chosen, states or [])
    mailing.subject, mailing.text = subject, text
    mailing.selection = {**chosen, "states": states or []}
    mailing.recipients = Selection(**mailing.selection).recipients()
    if not 1 <= len(mailing.recipients) <= MOST_RECIPIENTS:
        raise RefusedError(
            _("This names {number} people.").format(number=len(mailing.recipients)),
            _("Choose so that it names from 1 to {most}.").format(most=MOST_RECIPIENTS),
        )
    for number in range(len(mailing.recipients)):
        enqueue(KIND, key=f"{mailing.pk} {number}", record=mailing.urn, data={"number": number}, group=GROUP)


def demand_selection(chosen: dict[str, str], states: list[str]) -> None:
    """Refuse a selection that names everybody, or mixes applicants and stays."""
    by_stay = [name for name, value in chosen.items() if value and name != "call"]
    if chosen["call"]:
        call_named(chosen["call"])
        if by_stay:
            raise GivenError({by_stay[0]: _("Choose a call, or stays by kind, year and partner; not both.")})
    elif not by_stay and not states:
        raise GivenError({"call": _("Say to whom: choose a call, or stays by kind, year, partner or state.")})
    known = ApplicationState.values if chosen["call"] else MobilityState.values
    if any(state not in known for state in states):
        raise GivenError({"states": _("Choose among: {states}.").format(states=", ".join(known))})
