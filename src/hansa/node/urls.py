"""Where each page and endpoint is."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from hansa.api.doors import nowhere
from hansa.kernel.areas import doors, modules

urlpatterns = [
    # Endpoints that an area speaks in a language of its own, such as that of a network of universities.
    *(path("", include(f"{area}.api")) for area in settings.AREAS if find_spec(f"{area}.api") is not None),
    path("", include("hansa.api.urls")),
    # What an area offers to machines, and nothing else under the same beginnings.
    *(path("", include(module)) for module in modules("api") if hasattr(module, "urlpatterns")),
    *(path(f"{door[1:]}{rest}", nowhere) for door in doors() for rest in ("", "<path:rest>")),
    path("", include("hansa.web.urls")),
]

handler400 = "hansa.web.views.errors.wrong"
handler403 = "hansa.web.views.errors.forbidden"
handler404 = "hansa.web.views.errors.absent"
handler500 = "hansa.web.views.errors.broken"
