"""Owe messages and deliver them, as tests of the network's jobs do."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from hansa.areas.exchange import post
from hansa.areas.exchange.models import Message
from hansa.kernel import jobs
from hansa.kernel.change import change
from hansa.kernel.models import Job
from tests.areas.exchange.league import KI


def owe(kind: str, *, subject: str = "N-1", partner: str = KI, **data: Any) -> Message:
    """Owe a message, and return it."""
    with change({"request": "test"}):
        return post.owe(kind, partner, subject=subject, data=data)


def deliver(*, later: timedelta = timedelta(0)) -> int:
    """Deliver what is owed now; ``later`` lets so much time have passed."""
    Job.objects.filter(state="waiting").update(next_at=timezone.now())
    if later:
        for row in Job.objects.filter(state="waiting"):
            Job.objects.filter(pk=row.pk).update(created=row.created - later)
    return jobs.run_due(lane=jobs.NETWORK)


def sent(kind: str, **about: Any) -> Message:
    """Owe a message, deliver it and return it as it is then."""
    made = owe(kind, **about)
    deliver()
    return Message.objects.get(pk=made.pk)
