"""The API as a whole: its endpoints, who may call them, and what errors look like."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from hansa import __version__
from hansa.api import node, records
from hansa.api.answers import breakdown, no, refusal
from hansa.api.entry import Session, Token
from hansa.api.reading import AbsentError
from hansa.lib.errors import HansaError

DESCRIPTION = (
    "Every verb of Hansa, for programs. Show a token in the header Authorization: Bearer hansa_…; make one under "
    "Your account, or with: hansa tokens create. A refusal is one JSON object with error, message and remedy."
)
NOT_FOUND, UNKNOWN, MALFORMED = 404, 401, 400


def build() -> NinjaAPI:
    """Return the API with the endpoints of every kind of record this node keeps."""
    api = NinjaAPI(
        title="Hansa",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        auth=[Token(), Session()],
        urls_namespace="hansa-api",
    )
    for noun, router in records.routers().items():
        api.add_router(f"/{noun}", router)
    api.add_router("", node.router)
    answer_errors(api)
    return api


def answer_errors(api: NinjaAPI) -> None:
    """Let every error be one JSON object with a sentence and a remedy."""

    @api.exception_handler(HansaError)
    def refused(_request: HttpRequest, fault: HansaError) -> HttpResponse:
        return refusal(fault)

    @api.exception_handler(AbsentError)
    def absent(_request: HttpRequest, fault: AbsentError) -> HttpResponse:
        return no("absent", fault.message, remedy=fault.remedy, status=NOT_FOUND)

    @api.exception_handler(Http404)
    def nowhere(_request: HttpRequest, _fault: Http404) -> HttpResponse:
        return no("absent", _("There is nothing at this address."), remedy=_("See /api/docs."), status=NOT_FOUND)

    @api.exception_handler(AuthenticationError)
    def unknown(_request: HttpRequest, _fault: AuthenticationError) -> HttpResponse:
        answer = no(
            "entry", _("Nobody is signed in."), remedy=_("Show a token: Authorization: Bearer …"), status=UNKNOWN
        )
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    @api.exception_handler(HttpError)
    def forged(_request: HttpRequest, fault: HttpError) -> HttpResponse:
        return no("request", str(fault), remedy=_("See /api/docs."), status=fault.status_code)

    @api.exception_handler(ValidationError)
    def malformed(_request: HttpRequest, fault: ValidationError) -> HttpResponse:
        faults = {str(one["loc"][-1]): str(one["msg"]) for one in fault.errors}
        words = " ".join(f"{name}: {what}" for name, what in faults.items())
        return no("given", words, remedy=_("Correct it and ask again."), status=MALFORMED)

    @api.exception_handler(Exception)
    def broken(_request: HttpRequest, fault: Exception) -> HttpResponse:
        return breakdown(fault)


API = build()


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the API as a page: no script, nothing from elsewhere."""
    return render(request, "api/docs.html", {"api": API, "groups": grouped(API.get_openapi_schema())})


def grouped(schema: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the operations of a description by the heading they stand under."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, about in methods.items():
            body = about.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            needed = body.get("required", [])
            inputs = [
                {"name": name, "type": kind_of(given), "required": name in needed}
                for name, given in body.get("properties", {}).items()
            ]
            line = {"method": method.upper(), "path": path, "inputs": inputs, **about}
            groups.setdefault(about["tags"][0], []).append(line)
    return groups


def kind_of(given: dict[str, Any]) -> str:
    """Return in a word what an input is."""
    if "enum" in given:
        return " | ".join(map(str, given["enum"]))
    if given.get("type") == "array":
        return f"list of {kind_of(given['items'])}"
    return str(given.get("format") or given.get("type") or "JSON")
