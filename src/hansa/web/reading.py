"""Reading: which records there are, and who may look at them.

What may be read is the kernel's to say; here it becomes pages, and what nobody may see
is as absent as what is not there.
"""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from hansa.kernel.actions import ACTIONS, Action
from hansa.kernel.models import Person, Record
from hansa.kernel.people import has
from hansa.kernel.reading import kinds, may_list, readable

#: Verbs that end or stop something; their buttons stand last and warn.
GRAVE = {
    "cancel",
    "decline",
    "reject",
    "refuse",
    "terminate",
    "withdraw",
    "suspend",
    "end",
    "block",
    "disable",
    "revoke",
    "remove",
}


def kind_of(noun: str) -> type[Record]:
    """Return the kind of record with this noun, or answer that there is no such page."""
    try:
        return kinds()[noun]
    except KeyError:
        raise Http404 from None


def one(person: Person, *, noun: str, key: uuid.UUID) -> Any:
    """Return a record that a person may look at; one they may not see is as absent as one that is not there."""
    found = readable(person, kind_of(noun)).filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def may_see_result(record: Record, person: Person) -> bool:
    """Tell whether a result is out, or the person is one of those who decide whether it goes out."""
    return record.state == "released" or has(person, f"{record.noun}.release")


def demand_list(person: Person, kind: type[Record]) -> None:
    """Refuse the list of records that are not for this person."""
    if not may_list(person, kind):
        raise PermissionDenied


def action_of(noun: str, verb: str) -> Action[Any]:
    """Return the action with this name, or answer that there is no such page."""
    try:
        return ACTIONS[f"{noun}.{verb}"]
    except KeyError:
        raise Http404 from None


def actions_of(noun: str) -> list[Action[Any]]:
    """Return the actions on a kind of record, in the order they were written."""
    return [action for action in ACTIONS.values() if action.noun == noun]


def possible(record: Any, *, by: Person) -> list[Action[Any]]:
    """Return what a person can do with a record now, without what would only be refused."""
    found = [action for action in actions_of(record.noun) if not action.makes and action.possible(record, by)]
    return sorted(found, key=lambda action: action.verb in GRAVE)
