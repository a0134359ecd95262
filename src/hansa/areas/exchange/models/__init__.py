"""What a node keeps about exchange."""

from hansa.areas.exchange.models.calls import Application, Call
from hansa.areas.exchange.models.checks import Check
from hansa.areas.exchange.models.counts import PartnerCount
from hansa.areas.exchange.models.iias import Iia, IiaVersion
from hansa.areas.exchange.models.mailings import Mailing
from hansa.areas.exchange.models.messages import Message
from hansa.areas.exchange.models.mobilities import Mobility, Stay
from hansa.areas.exchange.models.network import Catalogue, Member
from hansa.areas.exchange.models.offers import Offer
from hansa.areas.exchange.models.plans import Plan
from hansa.areas.exchange.models.profiles import Profile

__all__ = [
    "Application",
    "Call",
    "Catalogue",
    "Check",
    "Iia",
    "IiaVersion",
    "Mailing",
    "Member",
    "Message",
    "Mobility",
    "Offer",
    "PartnerCount",
    "Plan",
    "Profile",
    "Stay",
]
