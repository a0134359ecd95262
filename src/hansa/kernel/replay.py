"""Replay: what the ledger says the state of every record must be.

Each entry names the moves its change made, from one state to another. Following
them from the first entry on gives the state of every record; where a record stands
elsewhere, somebody changed it behind the node's back.
"""

import json

from django.apps import apps
from django.utils.translation import gettext as _

from hansa.kernel.models import LedgerEntry, Record


def states() -> dict[str, str]:
    """Return the state of every record as the ledger tells it."""
    found: dict[str, str] = {}
    for body in LedgerEntry.objects.order_by("position").values_list("body", flat=True).iterator():
        for urn, (_before, after) in json.loads(body).get("moves", {}).items():
            found[urn] = after
    return found


def faults() -> list[str]:
    """Return every record that stands elsewhere than the ledger tells, in plain words."""
    told = states()
    found: list[str] = []
    for kind in record_kinds():
        for record in kind.objects.all():
            expected = told.pop(record.urn, "")
            if record.state != expected:
                found.append(
                    _("{urn} is {state}, but the ledger left it {expected}.").format(
                        urn=record.urn, state=record.state, expected=expected or _("unmade")
                    )
                )
    lost = [urn for urn, state in told.items() if state]
    return found + [_("{urn} is gone, but the ledger tells of no removal.").format(urn=urn) for urn in lost]


def record_kinds() -> list[type[Record]]:
    """Return every kind of record this node keeps."""
    return [model for model in apps.get_models() if issubclass(model, Record)]
