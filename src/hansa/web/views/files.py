"""Files to take away: the memorandum as a PDF that carries the signed document inside."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from hansa.kernel.agreement_pdf import pdf
from hansa.web import reading
from hansa.web.views.home import insider


@login_required
@require_safe
def agreement(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give a memorandum as a PDF, in the reader's language where it is written in it."""
    found = reading.one(insider(request), noun="agreements", key=key)
    reader = (get_language() or "en").partition("-")[0]
    language = reader if reader in found.document["title"] else "en"
    drawn = pdf(found.document, list(found.signatures.values()), language=language)
    name = f"memorandum-{found.version}-{language}.pdf"
    return HttpResponse(
        drawn, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
