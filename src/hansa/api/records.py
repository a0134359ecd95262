"""Endpoints derived from the registry: the records of every kind, and every action on them.

Nothing here knows any kind of record. ``POST /api/studies/propose`` makes a record,
``POST /api/studies/{id}/approve`` changes one, ``GET /api/studies/`` lists them; summary,
inputs and refusals come from the action that the pages and the command line call too.
"""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from hansa.api import reading
from hansa.api.entry import asker
from hansa.kernel import bundles
from hansa.kernel.actions import ACTIONS, Action, GivenError
from hansa.kernel.files import headers, one_of
from hansa.kernel.models import JointRecord, Record
from hansa.kernel.reading import kinds
from hansa.lib.canonical import parse
from hansa.lib.errors import InvalidError

MOST = 200
Answer = dict[str, Any]


def routers() -> dict[str, Router]:
    """Return one router for each kind of record, under its noun."""
    return {noun: router_of(kind) for noun, kind in kinds().items()}


def router_of(kind: type[Record]) -> Router:
    """Return the endpoints of one kind of record."""
    router = Router(tags=[str(kind.title_of_list)])
    noun = kind.noun
    router.add_api_operation(
        "/", ["GET"], lister(kind), operation_id=f"{noun}.list", summary=f"List {noun}, newest first."
    )
    router.add_api_operation(
        "/{uuid:key}", ["GET"], shower(kind), operation_id=f"{noun}.get", summary=f"Show one of the {noun}."
    )
    if issubclass(kind, JointRecord):
        router.add_api_operation(
            "/{uuid:key}/bundle",
            ["GET"],
            exporter(kind),
            operation_id=f"{noun}.bundle",
            summary=f"Return the file that proves what happened to one of the {noun}.",
        )
    if kind.files is not Record.files:
        router.add_api_operation(
            "/{uuid:key}/files/{digest}",
            ["GET"],
            giver(kind),
            operation_id=f"{noun}.file",
            summary=f"Return a file of one of the {noun}, by its SHA-256 digest.",
        )
    for action in actions_of(noun):
        path = f"/{action.verb}" if action.makes else f"/{{uuid:key}}/{action.verb}"
        router.add_api_operation(
            path,
            ["POST"],
            maker(action) if action.makes else changer(action),
            operation_id=action.name,
            summary=action.title,
            description=explained(action),
            openapi_extra=body_of(action),
        )
    return router


def actions_of(noun: str) -> list[Action[Any]]:
    """Return the actions on a kind of record, in the order they were written."""
    return [action for action in ACTIONS.values() if action.noun == noun]


def explained(action: Action[Any]) -> str:
    """Return what will happen, which permission it takes, and which term of a memorandum."""
    term = (
        f"It needs a clause that permits {action.permit}." if action.permit else f"It needs no clause: {action.because}"
    )
    return " ".join(filter(None, (action.explanation, f"It takes the permission {action.needs}.", term)))


def body_of(action: Action[Any]) -> dict[str, Any]:
    """Return the inputs of an action as OpenAPI describes a body."""
    schema = action.inputs.model_json_schema()
    content = {"application/json": {"schema": {**schema, "title": action.name}}}
    return {"requestBody": {"content": content, "required": bool(schema.get("required"))}}


def lister(kind: type[Record]) -> Callable[..., Answer]:
    """Return the endpoint that lists records of a kind."""

    def records(
        request: HttpRequest,
        state: str = "",
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    ) -> Answer:
        found = reading.readable(asker(request), kind)
        found = found.filter(state=state) if state else found
        return {"count": found.count(), "records": [reading.line(row) for row in found[offset : offset + limit]]}

    return records


def shower(kind: type[Record]) -> Callable[..., Answer]:
    """Return the endpoint that shows one record."""

    def record(request: HttpRequest, key: UUID) -> Answer:
        person = asker(request)
        return reading.whole(reading.one(person, kind, key=key), by=person)

    return record


def exporter(kind: type[JointRecord]) -> Callable[..., HttpResponse]:
    """Return the endpoint that gives the proof of a joint record as a file."""

    def bundle(request: HttpRequest, key: UUID) -> HttpResponse:
        found = reading.one(asker(request), kind, key=key)
        name = f"{kind.noun}-{found.pk}.bundle.json"
        return HttpResponse(
            bundles.export(found),
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return bundle


def giver(kind: type[Record]) -> Callable[..., HttpResponse]:
    """Return the endpoint that gives a file of a record."""

    def file(request: HttpRequest, key: UUID, digest: str) -> HttpResponse:
        found = one_of(reading.one(asker(request), kind, key=key), digest, by=asker(request))
        if found is None:
            raise reading.AbsentError(_("This record has no such file."), _("Look at its files: they name the digest."))
        return HttpResponse(bytes(found.content), headers=headers(found))

    return file


def maker(action: Action[Any]) -> Callable[..., Answer]:
    """Return the endpoint of an action that makes a record."""

    def make(request: HttpRequest) -> Answer:
        return done(action, action.record(), request=request)

    return make


def changer(action: Action[Any]) -> Callable[..., Answer]:
    """Return the endpoint of an action on a record that is there."""

    def change(request: HttpRequest, key: UUID) -> Answer:
        return done(action, reading.one(asker(request), action.record, key=key), request=request)

    return change


def done(action: Action[Any], record: Record, *, request: HttpRequest) -> Answer:
    """Do it and return the record as it is afterwards."""
    person = asker(request)
    made = action(record, by=person, **given(action, request))
    # The text of a new token is told this once; afterwards nobody knows it, not even the node.
    once = {"text": made.text} if action.name == "tokens.create" else {}
    return {**reading.whole(made, by=person), **once}


def given(action: Action[Any], request: HttpRequest) -> dict[str, Any]:
    """Return the inputs in a request, or raise the error that names what is wrong."""
    values = parse(request.body) if request.body else {}
    if not isinstance(values, dict):
        raise InvalidError(_("The inputs are not one JSON object."), _("Send them as names and values."))
    if unknown := set(values) - set(action.inputs.model_fields):
        raise GivenError({name: _("This is no input of {name}.").format(name=action.name) for name in sorted(unknown)})
    return values
