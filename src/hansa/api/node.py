"""Endpoints about the node itself: who asks, what can be done, its letters and its ledger."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router

from hansa.api import reading
from hansa.api.entry import asker
from hansa.kernel import ledger, partners
from hansa.kernel.actions import ACTIONS
from hansa.kernel.identity import own
from hansa.kernel.models import Cosignature, LedgerEntry, Letter, Person
from hansa.kernel.people import has, permissions_of
from hansa.lib.canonical import parse
from hansa.lib.errors import RefusedError

MOST = 1000
Answer = dict[str, Any]
router = Router(tags=["Node"])
LETTER_FACTS = (
    "id", "direction", "partner", "sequence", "kind", "record", "state",
    "attempts", "trouble", "reason", "remedy", "bytes", "created", "settled",
)  # fmt: skip


@router.get("/me", operation_id="me", summary="Say who asks and what they may do here.")
def me(request: HttpRequest) -> Answer:
    """Return the person behind the token or session, and the node."""
    person: Person = asker(request)
    return {
        "id": str(person.pk),
        "username": person.username,
        "name": person.name,
        "roles": person.roles,
        "permissions": sorted(permissions_of(person)),
        "institution": own().id,
        "institution_name": own().name,
    }


@router.get("/actions", operation_id="actions", summary="List every action, its inputs and whether your role has it.")
def actions(request: HttpRequest) -> Answer:
    """Return the registry of actions, from which clients build their methods."""
    person = asker(request)
    told = [
        {
            "name": action.name,
            "noun": action.noun,
            "verb": action.verb,
            "title": action.title,
            "explanation": action.explanation,
            "makes": action.makes,
            "needs": action.needs,
            "permit": action.permit,
            "allowed": has(person, action.needs),
            "inputs": action.inputs.model_json_schema(),
        }
        for action in ACTIONS.values()
    ]
    return {"actions": told}


@router.get("/invitation", operation_id="invitation", summary="Return the invitation to send to another institution.")
def invitation(request: HttpRequest) -> Answer:
    """Return the invitation, and the fingerprint to read out loud."""
    if not has(asker(request), "partners.invite"):
        raise RefusedError("You have no role that may invite partners.", "Ask an administrator of this node.")
    return {
        "invitation": partners.invitation(),
        "identity": own().identity.to_json(),
        "fingerprint": own().identity.fingerprint,
    }


@router.get(
    "/letters", operation_id="letters", summary="List the letters of this node, newest first; never their content."
)
def letters(
    request: HttpRequest,
    record: str = "",
    direction: str = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Answer:
    """Return who wrote to whom about what, how large, and what became of it."""
    reading.demand(asker(request), "letters")
    wanted = {name: value for name, value in (("record", record), ("direction", direction)) if value}
    found = Letter.objects.filter(**wanted).order_by("-created", "-sequence")
    rows = [{name: reading.plain(getattr(row, name)) for name in LETTER_FACTS} for row in found[:limit]]
    return {"count": found.count(), "letters": rows}


@router.get("/ledger/checkpoint", operation_id="ledger.checkpoint", summary="Return the signed state of the ledger.")
def checkpoint(request: HttpRequest) -> Answer:
    """Return the checkpoint and the partners' signatures under earlier ones."""
    reading.demand(asker(request), "ledger")
    size = ledger.size()
    cosigned = [
        {"partner": row.partner, "size": row.size, "line": row.line, "at": row.at.isoformat()}
        for row in Cosignature.objects.all()
    ]
    return {
        "size": size,
        "root": ledger.root(size).hex(),
        "checkpoint": ledger.checkpoint(size),
        "cosignatures": cosigned,
    }


@router.get("/ledger/entries", operation_id="ledger.entries", summary="List entries of the ledger, oldest first.")
def entries(
    request: HttpRequest,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Answer:
    """Return what the ledger holds; people stand in it as salted hashes."""
    reading.demand(asker(request), "ledger")
    found = LedgerEntry.objects.order_by("position").values_list("position", "body")[offset : offset + limit]
    return {"count": ledger.size(), "entries": [{"position": at, "body": parse(body)} for at, body in found]}
