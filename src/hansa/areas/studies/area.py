"""What the node knows about joint studies."""

from django.utils.translation import gettext_lazy as _

from hansa.areas.studies import actions, computing, jobs, letters
from hansa.areas.studies.models import Dataset, Inquiry, Study
from hansa.areas.studies.rules import GRANTS, VOCABULARY
from hansa.kernel.areas import Area

# Importing them registers what the area can do.
__all__ = ["AREA", "actions", "jobs", "letters"]

AREA = Area(
    name="studies",
    title=_("Joint studies"),
    purpose=_("Answer a question together without moving a single patient's row."),
    records=(Study, Inquiry, Dataset),
    vocabulary=VOCABULARY,
    grants=GRANTS,
    check_lines=computing.cluster,
)
