"""Where each page and endpoint is."""

from django.urls import include, path

urlpatterns = [
    path("", include("hansa.api.urls")),
    path("", include("hansa.web.urls")),
]
