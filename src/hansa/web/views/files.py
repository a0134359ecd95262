"""Files to take away: the memorandum as a PDF, the proof of what happened to a record, and what people uploaded."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from hansa.kernel import bundles
from hansa.kernel.files import headers, headers_of, one_of
from hansa.kernel.models import JointRecord
from hansa.web import detail, reading
from hansa.web.views.home import insider


@login_required
@require_safe
def agreement(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give a memorandum as a PDF, in the reader's language where it is written in it."""
    from hansa.kernel.agreement_pdf import pdf  # noqa: PLC0415 -- slow import

    found = reading.one(insider(request), noun="agreements", key=key)
    reader = (get_language() or "en").partition("-")[0]
    language = reader if reader in found.document["title"] else "en"
    drawn = pdf(found.document, list(found.signatures.values()), language=language)
    name = f"memorandum-{found.version}-{language}.pdf"
    return HttpResponse(
        drawn, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@login_required
@require_safe
def bundle(request: HttpRequest, noun: str, key: uuid.UUID) -> HttpResponse:
    """Give everything that proves what happened to a joint record, in one file for anyone to check."""
    person = insider(request)
    found = reading.one(person, noun=noun, key=key)
    if not isinstance(found, JointRecord) or not reading.may_see_result(found, person):
        raise Http404
    return HttpResponse(
        bundles.export(found),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{noun}-{key}.bundle.json"'},
    )


@login_required
@require_safe
def attachment(request: HttpRequest, noun: str, key: uuid.UUID, digest: str) -> HttpResponse:
    """Give a file of a record to whoever may have it."""
    person = insider(request)
    file = one_of(reading.one(person, noun=noun, key=key), digest, by=person)
    if file is None:
        raise Http404
    return HttpResponse(bytes(file.content), headers=headers(file))


@login_required
@require_safe
def download(request: HttpRequest, noun: str, key: uuid.UUID, name: str) -> HttpResponse:
    """Make a file of a record for whoever may see the record."""
    person = insider(request)
    offered = detail.downloads(reading.one(person, noun=noun, key=key), person)
    found = next((one for one in offered if one.name == name), None)
    if found is None:
        raise Http404
    media_type, content = found.build()
    return HttpResponse(content, headers=headers_of(name=found.name, media_type=media_type))
