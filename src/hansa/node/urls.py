"""Where each page and endpoint is."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    # Endpoints that an area speaks in a language of its own, such as that of a network of universities.
    *(path("", include(f"{area}.api")) for area in settings.AREAS if find_spec(f"{area}.api") is not None),
    path("", include("hansa.api.urls")),
    path("", include("hansa.web.urls")),
]

handler400 = "hansa.web.views.errors.wrong"
handler403 = "hansa.web.views.errors.forbidden"
handler404 = "hansa.web.views.errors.absent"
handler500 = "hansa.web.views.errors.broken"
