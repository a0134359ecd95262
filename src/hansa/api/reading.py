"""Reading: which records a program may read, and how a record looks as JSON.

Whoever has no role reads nothing. Where a permission ``<noun>.read`` is granted to any
role, only who has it reads those records; a token needs it in its scopes. Everyone reads
their own account and their own tokens. Secrets have no JSON at all.
"""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from hansa.kernel.actions import ACTIONS, said
from hansa.kernel.areas import all_areas
from hansa.kernel.joint import decisions, names
from hansa.kernel.models import Agreement, ApiToken, JointRecord, Partner, Person, Record
from hansa.kernel.people import GRANTS, has, permissions_of
from hansa.lib.errors import HansaError, RefusedError

KERNEL: tuple[type[Record], ...] = (Agreement, Partner, Person, ApiToken)
#: Fields that no answer holds: what opens something, and what would trace a person in the ledger.
SECRET = {("people", "password"), ("people", "salt"), ("tokens", "digest")}
#: Kinds of fields that a list leaves out, because each may be long.
LONG = (models.JSONField, models.TextField)


class AbsentError(HansaError):
    """There is no such record, or it is not for the one who asks."""


def kinds() -> dict[str, type[Record]]:
    """Return every kind of record by its noun, the kernel's and the areas'."""
    areas = [kind for area in all_areas() for kind in area.records]
    return {kind.noun: kind for kind in (*KERNEL, *areas)}


def may_read(person: Person, noun: str) -> bool:
    """Tell whether a person may read all records of a kind."""
    permission = f"{noun}.read"
    if any(permission in granted for granted in GRANTS.values()):
        return has(person, permission)
    return bool(permissions_of(person))


def demand(person: Person, noun: str) -> None:
    """Refuse what is not for this person."""
    if not may_read(person, noun):
        raise RefusedError(
            _("You may not read this: {noun}.").format(noun=noun),
            _("It takes the permission {noun}.read, in your role and in the token's scopes.").format(noun=noun),
        )


def readable(person: Person, kind: type[Record]) -> QuerySet[Any]:
    """Return the records of a kind that a person may read, or refuse."""
    found: QuerySet[Any] = kind.objects.all()
    if kind is ApiToken:
        return found.filter(Q() if has(person, "people.disable") else Q(person=person))
    if kind is Person and not may_read(person, "people"):
        return found.filter(pk=person.pk)
    demand(person, kind.noun)
    return found


def one(person: Person, kind: type[Record], *, key: uuid.UUID) -> Any:
    """Return one record that a person may read, or raise AbsentError."""
    found = readable(person, kind).filter(pk=key).first()
    if found is None:
        raise AbsentError(_("There is no such record here."), _("Look at the list: GET /api/{}/").format(kind.noun))
    return found


def line(record: Record) -> dict[str, Any]:
    """Return a record as a list shows it: what identifies it, without what may be long."""
    return {**heading(record), **fields(record, long=False)}


def whole(record: Record, *, by: Person | None) -> dict[str, Any]:
    """Return a record with all its facts, what each party decided, and what ``by`` can do with it now.

    Nobody stands for whoever owns the node's machine: they see everything and do nothing.
    """
    facts = fields(record, long=True)
    if callable(own := getattr(record, "as_json", None)):
        facts |= own()
    if "result" in facts and not may_see_result(record, by):
        facts["result"] = None
    if isinstance(record, JointRecord):
        facts["decisions"] = told(record)
    can = [a.verb for a in ACTIONS.values() if isinstance(record, a.record) and not a.makes and a.possible(record, by)]
    return {**heading(record), **facts, "can": can}


def may_see_result(record: Record, person: Person | None) -> bool:
    """Tell whether a result is out, or the person is one of those who decide whether it goes out."""
    return person is None or record.state == "released" or has(person, f"{record.noun}.release")


def heading(record: Record) -> dict[str, Any]:
    """Return what every record has."""
    names_it = {} if isinstance(record, Person) else {"urn": record.urn}
    state = {"state": record.state, "state_in_words": said(record, record.state)}
    return {"id": str(record.pk), **names_it, "called": str(record), **state}


def fields(record: Record, *, long: bool) -> dict[str, Any]:
    """Return the columns of a record that are no secret."""
    shown = (f for f in record._meta.concrete_fields if (record.noun, f.name) not in SECRET)
    return {
        f.attname: plain(getattr(record, f.attname))
        for f in shown
        if not isinstance(f, models.BinaryField) and (long or not isinstance(f, LONG)) and f.name != "id"
    }


def plain(value: Any) -> Any:
    """Return a value as JSON knows it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def told(record: JointRecord) -> list[dict[str, Any]]:
    """Return what every party decided about a joint record, in the order it became known here."""
    rows = decisions(record)
    called = names(row.party for row in rows)
    return [
        {
            "party": row.party,
            "name": name,
            "verdict": row.verdict,
            "reason": row.reason,
            "facts": row.facts,
            "at": row.at.isoformat(),
        }
        for row, name in zip(rows, called, strict=True)
    ]
