"""Where each page and endpoint is."""

from django.urls import include, path

urlpatterns = [
    path("", include("hansa.api.urls")),
    path("", include("hansa.web.urls")),
]

handler400 = "hansa.web.views.errors.wrong"
handler403 = "hansa.web.views.errors.forbidden"
handler404 = "hansa.web.views.errors.absent"
handler500 = "hansa.web.views.errors.broken"
