"""Throttle: who guesses passwords waits longer with each wrong guess.

Every try counts as failed until it turned out right, so many tries at once gain
nothing. An account has five free tries and an address twenty; each further one
doubles the wait, up to a quarter of an hour, and a quiet day wipes the slate.
Kept is only a keyed hash of account and address.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hansa.kernel.models.people import Attempt
from hansa.lib.errors import RefusedError

FREE: Mapping[str, int] = {"account": 5, "address": 20}
LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)
SECONDS_SAID = 90


class ThrottledError(RefusedError):
    """Someone tried too often; the message says how long to wait."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(_("There were too many wrong passwords."), said(wait))
        self.wait = wait


def said(wait: timedelta) -> str:
    """Say how long to wait, as people say it."""
    seconds = int(wait.total_seconds()) + 1
    if seconds <= SECONDS_SAID:
        return ngettext("Try again in %(n)d second.", "Try again in %(n)d seconds.", seconds) % {"n": seconds}
    minutes = -(-seconds // 60)
    return ngettext("Try again in %(n)d minute.", "Try again in %(n)d minutes.", minutes) % {"n": minutes}


def delay(failures: int, *, free: int) -> timedelta:
    """Return how long to wait after so many failures."""
    over = failures - free
    return timedelta() if over < 0 else min(LONGEST, timedelta(seconds=2 ** min(over, 12)))


def knock(*, account: str, address: str = "", now: datetime) -> None:
    """Count a try, or raise ThrottledError where it comes too early; who is in already has no address."""
    with transaction.atomic():
        Attempt.objects.filter(last__lt=now - FORGOTTEN).delete()
        for kind, value in (("account", account), ("address", address)):
            if value:
                _count(kind, value=value, now=now)


def opened(*, account: str, address: str = "") -> None:
    """Forget the tries of an account whose password was right, and take back the one of its address."""
    with transaction.atomic():
        Attempt.objects.filter(key=_key("account", account)).delete()
        if found := Attempt.objects.select_for_update().filter(key=_key("address", address)).first():
            found.failures = max(0, found.failures - 1)
            found.save()


def _count(kind: str, *, value: str, now: datetime) -> None:
    Attempt.objects.get_or_create(key=_key(kind, value), defaults={"until": now, "last": now})
    attempt = Attempt.objects.select_for_update().get(key=_key(kind, value))
    if attempt.until > now:
        raise ThrottledError(attempt.until - now)
    attempt.failures += 1
    attempt.last = now
    attempt.until = now + delay(attempt.failures, free=FREE[kind])
    attempt.save()


def _key(kind: str, value: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{value.casefold()}".encode(), hashlib.sha256).hexdigest()
