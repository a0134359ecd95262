"""The node as a WSGI application, for ``hansa serve`` or any other WSGI server."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hansa.node.settings")

#: After how many new objects Python looks for circles of the youngest, and how often it looks at all of them.
YOUNG, OFTEN, SELDOM = 20_000, 20, 50


def settle() -> None:
    """Leave the objects of the program itself out of every later search for circles of objects.

    There are hundreds of thousands, they stay until the end, and looking at all of them holds up every page for a
    tenth of a second (``gc.freeze`` in Python's reference).
    """
    # The pages and their forms are imported with the first request otherwise.
    list(get_resolver().url_patterns)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, OFTEN, SELDOM)


application = get_wsgi_application()
settle()
