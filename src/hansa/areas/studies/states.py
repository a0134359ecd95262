"""The life of a study, and of a dataset."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where a study stands at this institution."""

    PROPOSED = "proposed", _("proposed")
    APPROVED = "approved", _("approved here")
    RUNNING = "running", _("running")
    REVIEW = "review", _("result under review")
    RELEASED = "released", _("released")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    FAILED = "failed", _("stopped")


class InquiryState(TextChoices):
    """Where an inquiry about numbers of people stands at this institution."""

    ASKED = "asked", _("asked")
    COUNTED = "counted", _("answered")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class DatasetKind(TextChoices):
    """What a dataset is: one table with a row for each person, an OMOP database, or a table with genotypes."""

    TABLE = "table", _("one table, a row for each person")
    OMOP = "omop", _("OMOP database")
    GENOTYPES = "genotypes", _("people and their genotypes")


class DatasetState(TextChoices):
    """Whether studies may use a dataset."""

    CONNECTED = "connected", _("connected")
    REMOVED = "removed", _("removed")


OPEN = (State.PROPOSED, State.APPROVED, State.RUNNING, State.REVIEW, State.FAILED)
