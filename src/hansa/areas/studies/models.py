"""What a node keeps about joint studies: the study, its rounds, and the data it may use."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from hansa.areas.studies.states import DatasetKind, DatasetState, InquiryState, State
from hansa.kernel.models import JointRecord, Record
from hansa.kernel.models.records import Detail
from hansa.lib.canonical import JSON, digest


class Dataset(Record):
    """Data a steward connected; a copy lies in this node's own DuckDB file."""

    area = "studies"
    noun = "datasets"
    title_of_list = _("Datasets")
    searched = ("name", "source")
    State = DatasetState

    name = models.SlugField(_("name"), max_length=60, unique=True)
    source = models.CharField(_("source"), max_length=300)
    kind = models.CharField(_("kind"), max_length=10, choices=DatasetKind, default=DatasetKind.TABLE)
    table = models.CharField(max_length=80, editable=False)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    profile = models.JSONField(_("profile"), default=list, blank=True)
    digest = models.CharField(max_length=80, editable=False)
    quality = models.JSONField(null=True, blank=True, editable=False)
    build = models.CharField(_("build of the genome"), max_length=10, blank=True, default="")
    variants = models.PositiveIntegerField(_("variants"), default=0)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Study(JointRecord):
    """A question that two or more institutions answer together."""

    area = "studies"
    noun = "studies"
    title_of_list = _("Joint studies")
    searched = ("title", "question")
    list_defers = ("question", "protocol", "source_text", "stated_limits", "mapping", "units", "result", "trouble")
    State = State
    finished: ClassVar[frozenset[str]] = frozenset({str(State.RELEASED)})

    question = models.TextField(_("question"))
    protocol = models.JSONField(_("protocol"))
    source_text = models.TextField(_("protocol as written"), blank=True)
    purpose = models.CharField(_("purpose"), max_length=20)
    stated_limits = models.JSONField(_("limits"), default=dict, blank=True)
    dataset = models.ForeignKey(Dataset, null=True, blank=True, on_delete=models.PROTECT, editable=False)
    mapping = models.JSONField(_("mapping"), default=dict, blank=True)
    units = models.JSONField(_("units"), default=dict, blank=True)
    proposer = models.CharField(max_length=64, blank=True, editable=False)
    attempt = models.PositiveIntegerField(default=1, editable=False)
    result = models.JSONField(null=True, blank=True, editable=False)
    trouble = models.TextField(blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-created"]
        # The list, newest first, and the lists of the home page.
        indexes: ClassVar = [
            models.Index(fields=["-created"], name="studies_newest"),
            models.Index(fields=["state", "-updated"], name="studies_by_state"),
        ]

    def __str__(self) -> str:
        return self.title

    def purposes(self) -> tuple[str, ...]:
        """Return the purpose of the study as a DUO code."""
        return (self.purpose,)

    def limits(self) -> dict[str, JSON]:
        """Return the disclosure limits the protocol keeps."""
        return dict(self.stated_limits)

    def proof(self) -> JSON:
        """Return the result that every party signed."""
        return (self.result or {}).get("signed")

    @property
    def protocol_digest(self) -> str:
        """Return the hash that names this protocol."""
        return digest(self.protocol)


class Inquiry(JointRecord):
    """The question how many people each institution has in a cohort, asked before a study is proposed."""

    area = "studies"
    noun = "inquiries"
    title_of_list = _("Feasibility")
    searched = ("title",)
    list_defers = ("cohort",)
    State = InquiryState

    cohort = models.JSONField(_("cohort"))
    purpose = models.CharField(_("purpose"), max_length=20)
    stated_limits = models.JSONField(_("limits"), default=dict, blank=True)
    proposer = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-created"]
        indexes: ClassVar = [models.Index(fields=["lead", "created"], name="inquiries_of_lead")]

    def __str__(self) -> str:
        return self.title

    def purposes(self) -> tuple[str, ...]:
        """Return the purpose of the inquiry as a DUO code."""
        return (self.purpose,)

    def limits(self) -> dict[str, JSON]:
        """Return how coarse the answers are at least, and how many institutions are asked."""
        return dict(self.stated_limits)


class Count(Detail):
    """What one party answered: a rounded count of people for each inclusion rule, or why there is none."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="counts")
    party = models.CharField(max_length=80)
    counts = models.JSONField(default=list)
    quality = models.JSONField(null=True, blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["inquiry", "party"], name="one_count_a_party")]


class Round(Detail):
    """One round of a study: the public state it starts from, and the total it ended with."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="rounds")
    attempt = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    state = models.JSONField()
    total = models.JSONField(null=True, blank=True)
    opened = models.DateTimeField()
    closed = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["attempt", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "attempt", "number"], name="one_round_a_number")
        ]


class Contribution(Detail):
    """What one party gave to one round: masked words at the lead; at home also what each number is."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="contributions")
    attempt = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    party = models.CharField(max_length=80)
    words = models.TextField()
    size = models.PositiveIntegerField()
    protected = models.BooleanField()
    labels: Any = models.JSONField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["attempt", "number", "party"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "attempt", "number", "party"], name="one_contribution_a_party")
        ]


class PastRelease(Detail):
    """Which rows and groups of a dataset our sums for a study stood on; never leaves this node."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="past_releases")
    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="past_release")
    rows = models.TextField()
    groups = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at"]


class Question(Detail):
    """One attempt at a study, taken from the budget of whoever proposed it; ``data`` is the hash of the rows."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="questions")
    attempt = models.PositiveIntegerField()
    person = models.CharField(max_length=64, blank=True)
    institution = models.CharField(max_length=80)
    purpose = models.CharField(max_length=20)
    data = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["study", "attempt"], name="one_question_an_attempt")]
        indexes: ClassVar = [models.Index(fields=["data", "at"], name="questions_of_data")]


class Caution(Detail):
    """What the rules of disclosure stopped at this node, as its steward reads it; never leaves this node."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="cautions")
    message = models.TextField()
    remedy = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at"]
