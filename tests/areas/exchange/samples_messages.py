"""For every action on messages to the network: a record it may start from, and what a person gives."""

from collections.abc import Callable

from hansa.areas.exchange.models import Member, Message
from tests.areas.exchange.league import KI
from tests.kernel.samples import Sample, World


def message(state: str) -> Message:
    """Return a message that was not delivered."""
    made = Message(kind="omobility-cnr", partner=KI, subject="1", state=state, trouble="KI says no.", remedy="Mend it.")
    made.save()
    return made


def asked(_world: World) -> Sample:
    """Return a question to a member with whom we have to do."""
    Member.objects.create(hei=KI, name="Karolinska Institutet")
    return Message(), {"partner": KI}


SAMPLES: dict[str, Callable[[World], Sample]] = {
    "messages.resend": lambda _world: (message("failed"), {}),
    "messages.ask": asked,
}
