"""The door of the area made for tests."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def landing(request: HttpRequest) -> HttpResponse:
    """Tell a machine whether it is known by a cookie."""
    return HttpResponse(f"{request.method} {sorted(request.COOKIES)} {request.user.is_authenticated}")


urlpatterns = [path("ferry/landing", landing)]
