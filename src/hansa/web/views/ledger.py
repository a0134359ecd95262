"""The ledger: its entries in words, its checkpoint, who cosigned it, and whether it holds."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from hansa.kernel import ledger, replay
from hansa.kernel.models import Cosignature, LedgerEntry, Partner
from hansa.kernel.reading import may_read
from hansa.web import entries
from hansa.web.frame import page
from hansa.web.views.home import insider

PER_PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Show the ledger; on request read every entry again and say whether it holds."""
    person = insider(request)
    if not may_read(person, "ledger"):
        raise PermissionDenied
    size = ledger.size()
    checked = request.method == "POST"
    names = dict(Partner.objects.values_list("institution", "name"))
    wanted = request.GET.get("entry", "")
    number = (size - 1 - int(wanted)) // PER_PAGE + 1 if wanted.isdecimal() else request.GET.get("page")
    found = Paginator(LedgerEntry.objects.order_by("-position"), PER_PAGE).get_page(number)
    context = {
        "size": size,
        "checkpoint": ledger.checkpoint(size),
        "root": ledger.root(size).hex(),
        "found": found,
        "lines": [entries.told(entry, names) for entry in found],
        "cosignatures": [(names.get(row.partner, row.partner), row) for row in Cosignature.objects.all()],
        "proof": {"checked": checked, "faults": [*ledger.verify(), *replay.faults()] if checked else [], "size": size},
    }
    return page(request, "web/ledger.html", context)
