"""A second area made for tests: a door for machines, commands, words of forms, and pages of its own."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.urls import clear_url_caches

from hansa.kernel.areas import all_areas
from hansa.kernel.people import GRANTS
from hansa.kernel.policy import VOCABULARIES
from hansa.node import urls
from hansa.web import urls as pages

PATH = "tests.sample_area"


@contextmanager
def added(settings: Any) -> Iterator[None]:
    """Let the node run this area too."""
    vocabularies, grants = dict(VOCABULARIES), {role: set(given) for role, given in GRANTS.items()}
    areas = settings.AREAS
    settings.AREAS = (*areas, PATH)
    renew()
    try:
        yield
    finally:
        settings.AREAS = areas
        for register, before in ((VOCABULARIES, vocabularies), (GRANTS, grants)):
            register.clear()
            register.update(before)
        renew()


def renew() -> None:
    """Find the areas and their addresses anew."""
    all_areas.cache_clear()
    importlib.reload(pages)
    importlib.reload(urls)
    clear_url_caches()
