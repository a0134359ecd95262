"""Where programs and other nodes find this node."""

from django.urls import path

from hansa.api import letters
from hansa.api.door import API, docs

urlpatterns = [
    path("letters/", letters.hand_in, name="letters"),
    path("letters/collect", letters.collect, name="letters-collect"),
    path("letters/seen", letters.seen, name="letters-seen"),
    path("api/docs", docs, name="api-docs"),
    path("api/", API.urls),
]
