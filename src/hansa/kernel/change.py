"""Change: the one frame inside which a record may be saved.

Whatever changes a node's records happens for a cause: a person's action, a
partner's letter, a receipt, or a job. ``change(cause)`` opens one database
transaction for it, notes every move from one state to another, and seals cause
and moves as one entry of the ledger in that same transaction. Outside a change a
record refuses to be saved, so nothing can happen that the ledger does not tell.

    with change({"job": "studies.combine"}) as made:
        study.state = State.RELEASED
        study.save()
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.db import transaction

from hansa.kernel import bell, ledger
from hansa.kernel.frame import Change, under_way
from hansa.lib.canonical import JSON
from hansa.lib.errors import RefusedError


@contextmanager
def change(cause: dict[str, JSON]) -> Iterator[Change]:
    """Open a transaction for a cause and seal what it did in the ledger."""
    if under_way.get() is not None:
        raise RefusedError("One change is already under way.", "Finish it first; an action never calls an action.")
    made = Change(cause)
    with transaction.atomic():
        token = under_way.set(made)
        try:
            yield made
        finally:
            under_way.reset(token)
        ledger.append(made.entry())
        for name in made.rings:
            transaction.on_commit(partial(bell.ring, name))
