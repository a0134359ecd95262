"""The memory of the one process that serves."""

import gc

from django.urls import get_resolver

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
