"""Pages that areas have beside their records: the same frame, filters, tables and files for all of them."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hansa.kernel.pages import pages_of
from hansa.kernel.people import has
from hansa.web import listing, sheets
from hansa.web.frame import page
from hansa.web.views.home import insider
from hansa.web.views.records import taken


@login_required
@require_safe
def show(request: HttpRequest, area: str, name: str) -> HttpResponse:
    """Show a page of an area to whoever has the permission that it names, or give one of its tables as a file."""
    person = insider(request)
    found = pages_of(area)[name]
    if not has(person, found.needs):
        raise PermissionDenied
    query = request.GET.dict()
    built = found.build(person, query)
    tables = list(built.get("tables", ()))
    wanted = query.get("as", "")
    if wanted in sheets.KINDS and (table := listing.chosen(tables, query)) is not None:
        return taken(request, wanted, table=table, name=f"{area}-{name}", back=request.path)
    context = {
        **built,
        "title": found.title,
        "filters": [(one, one.of(query)) for one in built.get("filters", ())],
        "tables": listing.shown(tables, query),
    }
    return page(request, found.template, context)
