"""What the node knows about exchange."""

from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange import actions, jobs, letters
from hansa.areas.exchange.models import Application, Call, Check, Iia, Mailing, Message, Mobility, Offer, Plan, Profile
from hansa.areas.exchange.rules import GRANTS, ROLES, VOCABULARY
from hansa.kernel.areas import Area

# Importing them registers what the area can do.
__all__ = ["AREA", "actions", "jobs", "letters"]

AREA = Area(
    name="exchange",
    title=_("Exchange"),
    purpose=_(
        "Send and host students and staff, from the clause that gives the place to the credit that is recognised."
    ),
    records=(Mobility, Plan, Check, Offer, Call, Application, Iia, Message, Mailing, Profile),
    vocabulary=VOCABULARY,
    roles=ROLES,
    grants=GRANTS,
    # Erasmus Without Paper: other members sign what they ask.
    doors=("/ewp/",),
)
