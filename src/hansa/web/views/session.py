"""Coming in, going out, and choosing a language."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from hansa.kernel.accounts import change_language
from hansa.kernel.models import Person
from hansa.kernel.sessions import enter, leave
from hansa.lib.errors import RefusedError
from hansa.web.forms import SignInForm
from hansa.web.frame import LANGUAGES, page

SECURE = bool(settings.LANGUAGE_COOKIE_SECURE)
YEAR = 365 * 24 * 60 * 60


def inside(request: HttpRequest, address: str) -> str:
    """Return an address only if it is one of this node's own."""
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=hosts, require_https=request.is_secure())
    return address if is_ours else "/"


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let a person in by name and password."""
    form = SignInForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            enter(request, username=form.cleaned_data["username"], password=form.cleaned_data["password"])
        except RefusedError as refusal:
            form.add_error(None, str(refusal))
            status = 403
        else:
            return redirect(inside(request, request.GET.get("next", "/")))
    return page(request, "web/sign_in.html", {"form": form}, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Close the session."""
    leave(request)
    return redirect("sign-in")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language that someone chose, in their account or in a cookie."""
    answer = HttpResponseRedirect(inside(request, request.POST.get("next", "/")))
    chosen = request.POST.get("language", "")
    if chosen not in dict(LANGUAGES):
        return answer
    if isinstance(request.user, Person) and request.user.language != chosen:
        # The action locks and reads the record anew, for which it needs the person, not the request's lazy one.
        person = Person.objects.get(pk=request.user.pk)
        change_language(person, by=person, language=chosen)
    answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=SECURE)
    return answer
