"""Reading: which records a program may read, and how a record looks as JSON.

What may be read is the kernel's to say; a token needs the permission in its scopes too.
Secrets have no JSON at all.
"""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from hansa.kernel import reading as kernel
from hansa.kernel.actions import ACTIONS, said
from hansa.kernel.files import handed_to
from hansa.kernel.joint import decisions, names
from hansa.kernel.models import JointRecord, Person, Record
from hansa.kernel.people import has
from hansa.lib.errors import HansaError, RefusedError

#: Fields that no answer holds: what opens something, and what would trace a person in the ledger.
SECRET = {("people", "password"), ("people", "salt"), ("tokens", "digest")}
#: Kinds of fields that a list leaves out, because each may be long.
LONG = (models.JSONField, models.TextField)
#: What is told of a file; its content has an address of its own.
FILE_FACTS = ("name", "role", "media_type", "size", "digest", "added")


class AbsentError(HansaError):
    """There is no such record, or it is not for the one who asks."""


def demand(person: Person, noun: str) -> None:
    """Refuse what is not for this person."""
    if not kernel.may_read(person, noun):
        raise RefusedError(
            _("You may not read this: {noun}.").format(noun=noun),
            _("It takes the permission {noun}.read, in your role and in the token's scopes.").format(noun=noun),
        )


def readable(person: Person, kind: type[Record]) -> QuerySet[Any]:
    """Return the records of a kind that a person may read, or refuse."""
    if not kernel.may_list(person, kind):
        demand(person, kind.noun)
    return kernel.readable(person, kind)


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
    if type(record).files is not Record.files:
        handed = handed_to(record, by=by)
        facts["files"] = [{name: plain(getattr(file, name)) for name in FILE_FACTS} for file in handed]
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
