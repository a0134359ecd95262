"""What leaves the house at a click, said before it."""

from typing import Any

from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Check, Mobility, Plan
from hansa.areas.exchange.queries.network import HEI
from hansa.areas.exchange.states import Channel
from hansa.areas.exchange.views.naming import called, institutions
from hansa.kernel.models import Record

#: What stays in this house altogether.
HERE = frozenset(
    {
        *(f"applications.{verb}" for verb in ("apply", "revise", "attach", "detach", "submit", "withdraw")),
        *(f"applications.{verb}" for verb in ("accept_place", "refuse_place", "assess", "decide")),
        *(f"calls.{verb}" for verb in ("open", "extend", "close", "cancel", "rank")),
        *(f"plans.{verb}" for verb in ("draft", "draft_own", "revise", "revise_own", "sign")),
        *("checks.submit", "checks.refuse", "mobilities.report", "iias.draft"),
    }
)
#: What every institution hears that may send people here.
TO_ALL = frozenset({"offers.offer", "offers.revise", "offers.close"})
#: What any member of the network can read from then on.
OPEN = frozenset({"profiles.publish", "profiles.revise", "profiles.inform"})
#: What tells one member of the network.
TO_MEMBER = frozenset({"messages.resend", *(f"iias.{verb}" for verb in ("share", "take_over", "connect", "approve"))})
TO_MEMBER |= {f"iias.{verb}" for verb in ("revert", "terminate", "withdraw", "delete", "refresh")}
ABOUT_STAYS = ("mobilities.", "plans.", "checks.")


def tells(action: str, record: Record) -> list[str] | None:
    """Return what leaves the house when an action is done, or None where exchange knows nothing of it."""
    words = {
        **dict.fromkeys(HERE, _("Nothing leaves this house.")),
        **dict.fromkeys(TO_ALL, _("Every institution that may send people here gets a signed letter about it.")),
        **dict.fromkeys(OPEN, _("Every member of Erasmus Without Paper can read it from now on.")),
        "mailings.send": _("Everybody whom the selection names gets a mail; nobody sees who else got it."),
        "messages.ask": _("The partner's lists are read now; nothing is written there."),
        **dict.fromkeys(
            ("iias.revise", "iias.attach"),
            _("Once the agreement was shared, the partner is told and can fetch the new version."),
        ),
    }
    if action in words:
        return [words[action]]
    if action in TO_MEMBER:
        return [_("{partner} is told through Erasmus Without Paper.").format(partner=member(record))]
    return about_stay(record) if action.startswith(ABOUT_STAYS) else None


def member(record: Any) -> str:
    """Return the member of the network whom a record is about."""
    return called(f"{HEI}{record.partner}", institutions())


def about_stay(record: Record) -> list[str]:
    """Return who hears about a step of a stay, and by which way."""
    stay = stay_of(record)
    if stay is None:
        return [_("The partner is told at once: by a signed letter, or through Erasmus Without Paper.")]
    told = _("{partner} is told through Erasmus Without Paper.")
    if stay.channel == Channel.LETTERS:
        told = _("{partner} gets a signed letter about it.")
    return [told.format(partner=called(stay.partner, institutions()))]


def stay_of(record: Record) -> Mobility | None:
    """Return the stay that a record is or is part of, unless it is only about to be made."""
    if isinstance(record, Plan | Check):
        return record.mobility if record.mobility_id else None
    return record if isinstance(record, Mobility) and record.partner else None
