"""Letters that wait: try them again now, because a person knows that the partner is back."""

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from hansa.kernel import outbox
from hansa.web import reading
from hansa.web.frame import tell
from hansa.web.views.home import insider


@login_required
@require_POST
def send(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Send the letters that wait for a partner now instead of later."""
    partner = reading.one(insider(request), noun="partners", key=key)
    count = outbox.hurry(partner)
    told = ngettext("%(count)s letter is tried again now.", "%(count)s letters are tried again now.", count)
    tell(request, told % {"count": count})
    return redirect("record", noun="partners", key=key)
