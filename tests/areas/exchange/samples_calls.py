"""Samples of the mails to groups for the contract of every action."""

from collections.abc import Callable

from hansa.areas.exchange.models import Mailing
from tests.areas.exchange.samples import application
from tests.kernel.samples import Sample, World


def written(world: World) -> Sample:
    """Return a mail to the applicants of a call."""
    call = application(world, "submitted").call
    return Mailing(), {"subject": "Your application", "text": "We have it.", "call": str(call.pk)}


SAMPLES: dict[str, Callable[[World], Sample]] = {"mailings.send": written}
