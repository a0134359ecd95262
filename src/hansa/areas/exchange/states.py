"""The lives of calls, applications, offers, mobilities, plans, requirements, agreements and messages."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What a stay is for."""

    STUDENT_STUDIES = "student_studies", _("studies")
    STUDENT_TRAINEESHIP = "student_traineeship", _("traineeship")
    DOCTORAL = "doctoral", _("doctoral stay")
    STAFF_TEACHING = "staff_teaching", _("teaching")
    STAFF_TRAINING = "staff_training", _("staff training")
    CLINICAL_ELECTIVE = "clinical_elective", _("clinical elective")
    OBSERVERSHIP = "observership", _("observership")


#: Kinds of stay at patients' beds: nobody starts before the checks are verified.
CLINICAL = frozenset({Kind.CLINICAL_ELECTIVE, Kind.OBSERVERSHIP})
#: What Erasmus Without Paper can carry as a nomination (omobilities 3.0.0).
BY_NETWORK = frozenset({Kind.STUDENT_STUDIES})


class Cycle(TextChoices):
    """The study cycle, by levels of the European Qualifications Framework 5 to 8."""

    ANY = "any", _("any cycle")
    SHORT = "short", _("short cycle")
    BACHELOR = "bachelor", _("first cycle")
    MASTER = "master", _("second cycle")
    DOCTORAL = "doctoral", _("third cycle")


class Level(TextChoices):
    """A language level of the Common European Framework of Reference."""

    NONE = "none", _("none")
    A1 = "A1", "A1"
    A2 = "A2", "A2"
    B1 = "B1", "B1"
    B2 = "B2", "B2"
    C1 = "C1", "C1"
    C2 = "C2", "C2"


class Channel(TextChoices):
    """How the two institutions of a mobility tell each other about it."""

    LETTERS = "letters", _("letters between Hansa nodes")
    NETWORK = "network", _("Erasmus Without Paper")


class CallState(TextChoices):
    """Whether people can apply."""

    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    RANKED = "ranked", _("ranked")
    CANCELLED = "cancelled", _("cancelled")


class ApplicationState(TextChoices):
    """Where an application stands."""

    DRAFT = "draft", _("being written")
    SUBMITTED = "submitted", _("submitted")
    SELECTED = "selected", _("place offered")
    RESERVE = "reserve", _("on the waiting list")
    DECLINED = "declined", _("not selected")
    TAKEN = "taken", _("place taken")
    NOMINATED = "nominated", _("nominated")
    WITHDRAWN = "withdrawn", _("withdrawn")


class OfferState(TextChoices):
    """Whether an offer of the catalogue can be chosen."""

    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class MobilityState(TextChoices):
    """Where a stay stands, as both institutions know it."""

    NOMINATED = "nominated", _("nominated")
    ACCEPTED = "accepted", _("accepted by the host")
    REJECTED = "rejected", _("rejected by the host")
    CANCELLED = "cancelled", _("cancelled")
    CONFIRMED = "confirmed", _("start confirmed")
    ARRIVED = "arrived", _("arrived")
    DEPARTED = "departed", _("departed")
    TRANSCRIBED = "transcribed", _("transcript issued")
    DECIDED = "decided", _("recognition decided, host's signature awaited")
    RECOGNISED = "recognised", _("recognised")


class PlanState(TextChoices):
    """Where one version of a learning agreement or rotation plan stands."""

    DRAFT = "draft", _("being written")
    SIGNED = "signed", _("signed by the participant")
    OFFERED = "offered", _("signed by the sending institution")
    AGREED = "agreed", _("signed by all three")
    RETURNED = "returned", _("returned with a comment")
    REPLACED = "replaced", _("replaced by a newer version")


class CheckState(TextChoices):
    """Where a requirement before a start at the bedside stands."""

    REQUIRED = "required", _("required")
    SUBMITTED = "submitted", _("evidence handed in")
    VERIFIED = "verified", _("verified")
    REFUSED = "refused", _("evidence not accepted")


class CheckKind(TextChoices):
    """What is asked of people before they meet patients."""

    IMMUNISATION = "immunisation", _("immunisation")
    LICENCE = "licence", _("licence or student status")
    LIABILITY = "liability", _("liability insurance")
    LANGUAGE = "language", _("language level")
    BACKGROUND = "background", _("background check")


class IiaState(TextChoices):
    """Where an interinstitutional agreement stands between two members of Erasmus Without Paper."""

    DRAFT = "draft", _("being written")
    SHARED = "shared", _("shared with the partner")
    RECEIVED = "received", _("received from the partner")
    APPROVED_HERE = "approved_here", _("approved here")
    APPROVED_THERE = "approved_there", _("approved by the partner")
    IN_FORCE = "in_force", _("approved by both")
    CHANGED = "changed", _("changed since it was approved")
    TERMINATED = "terminated", _("terminated")
    DELETED = "deleted", _("deleted")


#: Agreements of which the partner can fetch nothing: not shared yet, never ours, or gone.
UNSHARED = (IiaState.DRAFT, IiaState.RECEIVED, IiaState.DELETED)


class MessageState(TextChoices):
    """Where a message to a member of Erasmus Without Paper stands."""

    WAITING = "waiting", _("waiting to be delivered")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")
    EXPIRED = "expired", _("given up after a day")


class ProfileState(TextChoices):
    """Whether the network may read what this institution tells of itself."""

    PUBLISHED = "published", _("published")


class MailState(TextChoices):
    """Where a mail to a group stands."""

    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("not sent to everybody")


#: States in which a mobility takes one of the places of its clause or agreement.
TAKING = (
    MobilityState.NOMINATED,
    MobilityState.ACCEPTED,
    MobilityState.CONFIRMED,
    MobilityState.ARRIVED,
    MobilityState.DEPARTED,
    MobilityState.TRANSCRIBED,
    MobilityState.DECIDED,
    MobilityState.RECOGNISED,
)
#: States from which a mobility can still be cancelled by either side.
CANCELLABLE = (MobilityState.NOMINATED, MobilityState.ACCEPTED, MobilityState.CONFIRMED, MobilityState.ARRIVED)
#: States in which plans can be made and changed.
PLANNING = (MobilityState.NOMINATED, MobilityState.ACCEPTED, MobilityState.CONFIRMED, MobilityState.ARRIVED)
