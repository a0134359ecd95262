"""Where each page and endpoint is."""

from django.urls import include, path

from hansa.api.doors import nowhere
from hansa.kernel.areas import doors, modules

urlpatterns = [
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
