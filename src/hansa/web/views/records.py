"""Records: the list, the page and the forms of every kind of record, from the registry.

A kind of record needs no code here. Where a page deserves more than a list of its
fields, ``detail.py`` or the area's own ``views.py`` adds what it shows, and a template
``<noun>/detail.html`` says how.
"""

import uuid
from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import select_template
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from hansa.kernel.actions import Action
from hansa.kernel.models import Person, Record
from hansa.kernel.pages import Asked, Table
from hansa.kernel.policy import ClauseError
from hansa.kernel.reading import readable
from hansa.lib.errors import HansaError, InvalidError, RefusedError
from hansa.web import detail, listing, reading, sheets
from hansa.web.forms import ActionForm, form_for
from hansa.web.frame import page, tell
from hansa.web.refusals import refuse
from hansa.web.views.home import insider

WRONG = 400


@login_required
@require_safe
def records(request: HttpRequest, noun: str) -> HttpResponse:
    """List the records of one kind."""
    person = insider(request)
    kind = reading.kind_of(noun)
    reading.demand_list(person, kind)
    query = request.GET.dict()
    rows = readable(person, kind).select_related(*kind.list_related).defer(*kind.list_defers)
    rows = rows.order_by(*kind.list_order) if kind.list_order else rows
    filters = listing.filters_of(kind, rows)
    table = detail.table_of(kind, listing.narrowed(kind, rows, filters=filters, query=query))
    if (wanted := query.get("as", "")) in sheets.KINDS:
        return taken(request, wanted, table=table, name=noun, back=request.path)
    found = Paginator(table.found, listing.PER_PAGE).get_page(query.get("page"))
    makers = [a for a in reading.actions_of(noun) if a.makes and a.refusal(kind(), person) is None]
    context = {
        "kind": kind,
        "title": kind.title_of_list,
        "noun": noun,
        "found": found,
        "lines": detail.lines(list(found)),
        "filters": [(one, one.of(query)) for one in filters],
        "is_narrowed": any(one.of(query) for one in filters),
        "actions": makers,
        **detail.of_list(kind, person),
    }
    template = select_template([f"{noun}/list.html", f"web/{noun}/list.html", "web/records.html"]).template.name
    return page(request, str(template), context)


def taken(request: HttpRequest, kind: str, *, table: Table, name: str, back: str) -> HttpResponse:
    """Answer with a whole table as a file, or say why it is too long for one."""
    try:
        return sheets.download(kind, name=name, columns=table.columns, rows=listing.whole(table))
    except RefusedError as fault:
        return refuse(request, fault, what=str(table.caption), back=back)


@login_required
@require_safe
def record(request: HttpRequest, noun: str, key: uuid.UUID) -> HttpResponse:
    """Show one record."""
    person = insider(request)
    found = reading.one(person, noun=noun, key=key)
    context = {
        "record": found,
        "noun": noun,
        "line": detail.lines([found])[0],
        "actions": reading.possible(found, by=person),
        **detail.of(found, person),
    }
    template = select_template([f"{noun}/detail.html", f"web/{noun}/detail.html", "web/record.html"]).template.name
    return page(request, str(template), context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, noun: str, verb: str) -> HttpResponse:
    """Show the form of an action that makes a record, or do it."""
    action = reading.action_of(noun, verb)
    return act(request, action, action.record())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, noun: str, key: uuid.UUID, verb: str) -> HttpResponse:
    """Show the form of an action on a record, or do it."""
    action = reading.action_of(noun, verb)
    found = reading.one(insider(request), noun=noun, key=key)
    return act(request, action, found)


def act(request: HttpRequest, action: Action[Any], found: Record) -> HttpResponse:
    """Show what would happen at the click, or let it happen."""
    person = insider(request)
    back = request.path.rsplit("/", 2)[0] + "/"
    refusal = action.refusal(found, person) or denied(action, found)
    if refusal is not None:
        return refuse(request, refusal, what=action.title, back=back)
    given = request.POST if request.method == "POST" else request.GET
    about = Asked(record=found, person=person, given=given.dict())
    choices = detail.choices(action, about)
    if request.method != "POST":
        start = {name: request.GET[name] for name in action.inputs.model_fields if name in request.GET}
        form = form_for(action, choices=choices, initial=start | detail.initial(action, about))
        return asked(request, action, found, form=form, back=back)
    form = form_for(action, choices=choices, data=request.POST, files=request.FILES)
    if not form.is_valid():
        form.mark()
        return asked(request, action, found, form=form, back=back, status=WRONG)
    try:
        done = action(found, by=person, **form.given())
    except InvalidError as fault:
        form.blame(fault)
        return asked(request, action, found, form=form, back=back, status=WRONG)
    except HansaError as fault:
        return refuse(request, fault, what=action.title, back=back)
    return after(request, action, done)


def denied(action: Action[Any], found: Record) -> RefusedError | None:
    """Return why the memoranda do not permit this, before anyone fills in a form."""
    if action.permit is None or action.makes:
        return None
    decision = found.judge(action.permit)
    if decision is None:
        return RefusedError(_("This record belongs to no memorandum."), _("Propose it under a clause first."))
    return ClauseError(decision) if decision.outcome == "deny" else None


def asked(
    request: HttpRequest, action: Action[Any], found: Record, *, form: ActionForm, back: str, status: int = 200
) -> HttpResponse:
    """Answer with the form and a plain explanation of what happens at the click."""
    context = {
        "action": action,
        "record": found,
        "form": form,
        "back": back,
        "happens": detail.happens(action, found),
        "about": None if action.makes else detail.lines([found])[0],
    }
    return page(request, "web/action.html", context, status=status)


def after(request: HttpRequest, action: Action[Any], done: Any) -> HttpResponse:
    """Show the record after it was changed; a new token is shown this once."""
    if secret := getattr(done, "text", ""):
        return page(request, "web/tokens/made.html", {"record": done, "secret": secret})
    if action.name == "people.change_password":
        update_session_auth_hash(request, done)
    tell(request, _("Done: {title}").format(title=action.title))
    if isinstance(done, Person) and not readable(_person(request), type(done)).filter(pk=done.pk).exists():
        return redirect("records", noun=action.noun)
    return redirect("record", noun=action.noun, key=done.pk)


def _person(request: HttpRequest) -> Person:
    return insider(request)
