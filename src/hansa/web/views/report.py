"""The report of a released study: a page to print, a PDF, and an archive with everything in it."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hansa.kernel.models import JointRecord, Person
from hansa.web import frame, reading, report
from hansa.web.views.home import insider


def released(person: Person, *, key: uuid.UUID) -> dict[str, Any]:
    """Return the report of a record that has a result which is out, or answer that there is no such page."""
    record = reading.one(person, noun="studies", key=key)
    if not isinstance(record, JointRecord) or record.state != "released" or not record.proof():
        raise Http404
    return report.facts(record, person)


@login_required
@require_safe
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show the report."""
    return frame.page(request, "web/report.html", released(insider(request), key=key))


@login_required
@require_safe
def paper(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give the report as a PDF."""
    from hansa.web.report_pdf import pdf  # noqa: PLC0415 -- slow import

    found = released(insider(request), key=key)
    return _file(pdf(found), kind="application/pdf", name=f"report-{key}.pdf")


@login_required
@require_safe
def archive(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give the report with result, protocol and proof as a Five Safes RO-Crate."""
    from hansa.web.report_archive import crate  # noqa: PLC0415 -- slow import

    found = released(insider(request), key=key)
    return _file(crate(found), kind="application/zip", name=f"study-{key}.crate.zip")


def _file(content: bytes, *, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
