"""What a record's page shows beyond its fields, and what a form says before the click.

One function for each kind of record of the kernel; an area has its own in
``views.detail(record, person)``. The pages of all areas share the rest: letters about
the record and the entries of the ledger in which it is named.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hansa.kernel import ledger, partners
from hansa.kernel.actions import ACTIONS, NEW, Action, said
from hansa.kernel.areas import modules
from hansa.kernel.files import handed_to
from hansa.kernel.identity import own
from hansa.kernel.models import (
    Agreement,
    ApiToken,
    Cosignature,
    JointRecord,
    Letter,
    Partner,
    Person,
    Record,
)
from hansa.kernel.pages import Asked, Download, Line, Table
from hansa.kernel.people import ROLES, has, permissions_of
from hansa.lib.keys import Identity
from hansa.web import clauses, entries, reading, words
from hansa.web.waiting import Item, text_of

Context = dict[str, Any]
Choices = dict[str, list[tuple[str, Any]]]
RECENT = 30
#: Fields that say nothing to a person.
HIDDEN = {"id", "state", "created", "updated", "password", "salt", "digest", "hash"}


def line(record: Record) -> Item:
    """Return a record as one line of a list."""
    title: str | Promise = str(record)
    if isinstance(record, Agreement):
        title = text_of(record.document["title"])
    return Item(
        title=title,
        url=reverse("record", args=[record.noun, record.pk]),
        note=note_of(record),
        state=record.state,
        words=said(record, record.state),
        since=record.updated,
    )


def lines(records: Sequence[Record]) -> list[Item]:
    """Return records as the lines of a list; their area may say more of them, once for all."""
    more: dict[str, Any] = {}
    for module in modules("views") if records else ():
        more |= getattr(module, "lines", lambda _records: {})(records)
    return [replace(line(record), **more.get(record.urn, {})) for record in records]


def table_of(kind: type[Record], found: QuerySet[Any]) -> Table:
    """Return a list of records as a table to take away."""

    def told(records: Sequence[Record]) -> list[Line]:
        return [(item.title, item.note, item.words, item.since) for item in lines(records)]

    columns = (_("Title"), _("Note"), _("State"), _("Changed"))
    return Table(columns=columns, found=found, lines=told, caption=kind.title_of_list)


def note_of(record: Record) -> str:
    """Return what else a list says about a record."""
    if isinstance(record, Agreement):
        signed, of = len(record.signatures), len(record.parties)
        return _("version {version}, signed by {signed} of {of}").format(version=record.version, signed=signed, of=of)
    if isinstance(record, Partner):
        return record.institution
    if isinstance(record, Person):
        return ", ".join(str(role.title) for role in ROLES if role.name in record.roles) or _("no role")
    return ""


def of_list(kind: type[Record], person: Person) -> Context:
    """Return what a list of records shows besides them."""
    if kind is Partner:
        return {"own": own(), "fingerprint": own().identity.fingerprint, "invitation": partners.invitation()}
    if kind is Person:
        return {"roles": ROLES}
    return {}


def of(record: Any, person: Person) -> Context:
    """Return what the page of a record shows besides its fields."""
    tell = DETAILS.get(type(record))
    about = tell(record, person) if tell else {}
    for module in modules("views"):
        about |= getattr(module, "detail", lambda _record, _person: {})(record, person)
    if isinstance(record, JointRecord) and reading.may_see_result(record, person):
        about["bundle"] = reverse("bundle", args=[record.noun, record.pk])
        if record.state == "released" and about.get("result"):
            about["report"] = reverse("report", args=[record.pk])
    address = reverse("record", args=[record.noun, record.pk])
    about["downloads"] = [(one, f"{address}downloads/{one.name}/") for one in downloads(record, person)]
    return {"fields": fields(record), **shared(record, person), **about}


def fields(record: Record) -> list[tuple[str, Any]]:
    """Return the plain fields of a record with their names."""
    plain = [field for field in record._meta.fields if field.name not in HIDDEN and not field.is_relation]
    return [(str(field.verbose_name), getattr(record, field.name)) for field in plain]


def shared(record: Record, person: Person) -> Context:
    """Return the files of a record; for whoever may read them, the letters and the entries of the ledger about it."""
    about = Q(partner=record.institution) if isinstance(record, Partner) else Q(record=record.about or record.urn)
    letters = Letter.objects.filter(about) if has(person, "letters.read") else Letter.objects.none()
    sums = letters.aggregate(
        sent=Sum("bytes", filter=Q(direction=Letter.Direction.OUT)),
        received=Sum("bytes", filter=Q(direction=Letter.Direction.IN)),
    )
    names = dict(Partner.objects.values_list("institution", "name"))
    address = reverse("record", args=[record.noun, record.pk])
    named = ledger.entries_about(record.urn).order_by("-position")[:RECENT] if has(person, "ledger.read") else []
    return {
        "letters": [_letter(row) for row in letters.defer("token", "receipt").order_by("-created")[:RECENT]],
        "bytes_sent": sums["sent"] or 0,
        "bytes_received": sums["received"] or 0,
        "letter_count": letters.count(),
        "may_read_letters": has(person, "letters.read"),
        "may_read_ledger": has(person, "ledger.read"),
        "files": [(file, f"{address}files/{file.digest}/") for file in handed_to(record, by=person)],
        "entries": [entries.told(entry, names) for entry in named],
    }


def _letter(row: Letter) -> Context:
    return {"row": row, "words": words.named(row.kind)}


def agreement(record: Agreement, person: Person) -> Context:
    """Return a memorandum in the reader's language."""
    parties = clauses.parties(record, own=own().id)
    versions = [row for row in Agreement.objects.order_by("-version") if row.document["id"] == record.document["id"]]
    in_force = record.state in (Agreement.State.IN_FORCE, Agreement.State.SUSPENDED)
    amend = ACTIONS["agreements.amend"]
    return {
        "title": text_of(record.document["title"]),
        "parties": parties,
        "signed": sum(party.has_signed for party in parties),
        "text": clauses.pages(record.document),
        "versions": [line(row) for row in versions],
        "valid": record.document["valid"],
        "source": json.dumps(record.document, indent=2, ensure_ascii=False),
        "pdf": reverse("agreement-pdf", args=[record.pk]),
        "may_amend": in_force and has(person, amend.needs),
        "suspended_by": next((p.name for p in parties if p.id == record.suspended_by), ""),
    }


def partner(record: Partner, person: Person) -> Context:
    """Return what is known of a partner, its keys and its ledger."""
    # Keys that the partner's present key announced need nobody's confirmation.
    unconfirmed = record.claimed if record.announced is None else None
    claimed = Identity.from_json(unconfirmed["identity"]).fingerprint if unconfirmed else ""
    return {
        "own": own(),
        "own_fingerprint": own().identity.fingerprint,
        "claimed": claimed,
        "cosignature": Cosignature.objects.filter(partner=record.institution).first(),
        "waiting_letters": Letter.objects.filter(
            partner=record.institution, direction=Letter.Direction.OUT, state=Letter.State.WAITING
        ).count(),
    }


def account(record: Person, person: Person) -> Context:
    """Return someone's roles, what they may do, and their tokens."""
    is_own = record.pk == person.pk
    may_see = is_own or has(person, "people.disable")
    return {
        "is_own": is_own,
        "roles": [role for role in ROLES if role.name in record.roles],
        "permissions": [(name, clauses.named(name)) for name in sorted(permissions_of(record))],
        "tokens": [line(token) for token in record.tokens.all()] if may_see else [],
        "token_action": ACTIONS["tokens.create"] if is_own and has(person, "tokens.create") else None,
    }


def token(record: ApiToken, person: Person) -> Context:
    """Return what a token may do."""
    return {"scopes": [clauses.named(name) for name in record.scopes]}


DETAILS: dict[type[Record], Callable[[Any, Person], Context]] = {
    Agreement: agreement,
    Partner: partner,
    Person: account,
    ApiToken: token,
}


def choices(action: Action[Any], asked: Asked) -> Choices:
    """Return what can be chosen in a form where the record or the person decides it."""
    own_choices = CHOICES.get(action.name)
    found = own_choices(asked.record, asked.person) if own_choices else {}
    for module in modules("views"):
        found |= getattr(module, "choices", lambda _name, _asked: {})(action.name, asked)
    return found


def scopes_of(_record: ApiToken, by: Person) -> Choices:
    """Return the rights that a person's token can have."""
    return {"scopes": [(name, clauses.named(name)) for name in sorted(permissions_of(by))]}


def offices_of(record: Agreement, by: Person) -> Choices:
    """Return the offices in which a person can sign, as the memorandum names them."""
    mine = [party for party in record.document["parties"] if party["id"] == own().id]
    signatories = [signatory for party in mine for signatory in party["signatories"] if signatory["name"] == by.name]
    named = [(s["office"], f"{s['office']} ({s['delegation']})") for s in signatories]
    return {"office": named}


def versions_in_force(_record: Agreement, _by: Person) -> Choices:
    """Return the memoranda of which a new version can be drafted."""
    held = Agreement.objects.filter(state__in=[Agreement.State.IN_FORCE, Agreement.State.SUSPENDED])
    return {"version": [(row.hash, f"{text_of(row.document['title'])}, {row.version}") for row in held]}


CHOICES: dict[str, Callable[[Any, Person], Choices]] = {
    "tokens.create": scopes_of,
    "agreements.sign": offices_of,
    "agreements.amend": versions_in_force,
}


def initial(action: Action[Any], asked: Asked) -> Context:
    """Return what a form is filled with when it opens: what the record says now, or what is most likely meant."""
    record = asked.record
    found = {
        name: getattr(record, name) for name in ("roles", "language") if not action.makes and hasattr(record, name)
    }
    for module in modules("views"):
        found |= getattr(module, "initial", lambda _name, _asked: {})(action.name, asked)
    return found


def happens(action: Action[Any], record: Record) -> list[str]:
    """Say plainly what happens at the click."""
    told = [action.explanation] if action.explanation else []
    if not action.makes and action.target and action.target != action.source:
        after = _(" or ").join(said(record, state) for state in action.target if state != NEW)
        told.append(
            _("It is now: {before}. It will then be: {after}.").format(before=said(record, record.state), after=after)
        )
    told += tells(action, record)
    if action.permit is not None:
        told.append(_("The memorandum is asked once more at the click; the clause is written in the ledger."))
    told.append(_("One entry of the ledger says what was done; it cannot be taken out again."))
    return told


def tells(action: Action[Any], record: Record) -> list[str]:
    """Say what leaves the house at the click: what the area says, or that all parties of a joint record hear of it."""
    for module in modules("views"):
        found: list[str] | None = getattr(module, "tells", lambda _name, _record: None)(action.name, record)
        if found is not None:
            return found
    return [_("Every other party gets a signed letter about it.")] if isinstance(record, JointRecord) else []


def downloads(record: Record, person: Person) -> list[Download]:
    """Return the files that are made of a record when somebody asks for them."""
    return [
        one
        for module in modules("views")
        for one in getattr(module, "downloads", lambda _record, _person: ())(record, person)
    ]
