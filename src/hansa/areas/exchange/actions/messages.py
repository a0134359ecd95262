"""What an officer does about the network: send again what failed, and look now what a member has changed."""

from django.utils.translation import gettext as _

from hansa.areas.exchange import post
from hansa.areas.exchange.models import Member, Message
from hansa.areas.exchange.network import catalogue
from hansa.areas.exchange.states import MessageState as State
from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.models import Person

REPEATED = "It repeats what a clause or an agreement already permitted."
READS = "It only reads what the partner serves to this institution."


@action(needs="messages.resend", source=(State.FAILED, State.EXPIRED), target=(State.WAITING,), because=REPEATED)
def resend(message: Message, *, by: Person) -> None:
    """Send it again.

    It is tried at once, and for a day while the partner does not answer. Mend first what the partner complains of.
    """
    message.trouble = message.remedy = ""
    post.send(message)


@action(needs="messages.ask", source=(NEW,), target=(State.WAITING,), because=READS)
def ask(message: Message, *, by: Person, partner: str) -> None:
    """Look now what a partner has changed.

    Every node looks by itself once a day. Choose this where you were told of a change that you do not see here.
    """
    if not Member.objects.filter(hei=partner).exists() and partner not in catalogue.current().institutions:
        raise GivenError({"partner": _("The catalogue of the network names no such institution.")})
    message.partner, message.kind, message.subject = partner, post.SWEEP, post.EVERYTHING
    post.send(message)
