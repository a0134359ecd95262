"""Interinstitutional agreements of Erasmus Without Paper: our copy, the partner's copy, and what each approved."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.states import IiaState
from hansa.kernel.models import Record
from hansa.kernel.models.files import File
from hansa.kernel.models.records import Detail
from hansa.lib.decision import Decision


class Iia(Record):
    """One interinstitutional agreement with one member of the network.

    ``ours`` is our copy exactly as we serve it, ``theirs`` the partner's exactly as it came (each a get-response of
    iias 7 with this agreement alone). A hash is what the specification computes over a copy. ``approved_here`` is the
    hash of the partner's copy that we approved, ``approved_there`` the hash of ours that the partner approved, with
    its answer kept as proof. ``conditions`` says in short what both approved last, or what our copy gives while nothing
    was approved by both: kind, sending and receiving institution, first and last academic year, places a year, fields,
    levels. ``told`` is when our copy last changed.
    """

    area = "exchange"
    noun = "iias"
    title_of_list = _("Agreements of Erasmus Without Paper")
    State = IiaState
    searched: ClassVar[tuple[str, ...]] = ("title", "partner")
    list_defers: ClassVar[tuple[str, ...]] = ("ours", "theirs", "approved_copy", "approval", "side")

    title = models.CharField(_("title"), max_length=200)
    partner = models.CharField(_("partner (SCHAC id)"), max_length=120)
    foreign_id = models.CharField(_("the partner's id"), max_length=64, blank=True, editable=False)
    ours = models.TextField(_("our copy"), blank=True, editable=False)
    hash = models.CharField(_("hash of our copy"), max_length=64, blank=True, editable=False)
    theirs = models.TextField(_("the partner's copy"), blank=True, editable=False)
    their_hash = models.CharField(_("hash of the partner's copy"), max_length=64, blank=True, editable=False)
    approved_here = models.CharField(_("hash that we approved"), max_length=64, blank=True, editable=False)
    approved_copy = models.TextField(_("copy that we approved"), blank=True, editable=False)
    approved_there = models.CharField(_("hash that the partner approved"), max_length=64, blank=True, editable=False)
    approval = models.TextField(_("the partner's approval as it came"), blank=True, editable=False)
    agreement = models.CharField(_("memorandum"), max_length=80, blank=True, editable=False)
    clauses: Any = models.JSONField(_("clauses"), default=list, blank=True, editable=False)
    conditions: Any = models.JSONField(_("conditions"), default=list, blank=True, editable=False)
    side: Any = models.JSONField(default=dict, blank=True, editable=False)
    trouble = models.TextField(_("trouble"), blank=True, editable=False)
    seen = models.DateTimeField(_("the partner's copy fetched"), null=True, blank=True, editable=False)
    told = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["-created"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partner", "foreign_id"], name="one_iia_an_id", condition=~models.Q(foreign_id="")
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["partner", "told"], name="iias_by_partner"),
            models.Index(fields=["state", "updated"], name="iias_by_state"),
            models.Index(fields=["-created"], name="iias_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_approved(self) -> bool:
        """Tell whether both have approved a version, which holds until both approve another."""
        return bool(self.approved_here and self.approved_there) and self.state != IiaState.DELETED

    def decide(self, permit: str, *, condition: int | None) -> Decision:
        """Return whether this agreement, which both institutions approved, lets a stay take its next step."""
        hash_, clause = f"iia:{self.approved_here}", str(condition)
        if not self.is_approved or condition is None or condition > len(self.conditions):
            reason = gettext("The agreement with {partner} is not approved by both institutions.").format(
                partner=self.partner
            )
            return Decision(
                "deny", hash_, clause, reason, gettext("Approve it, and wait until the partner has approved it.")
            )
        if self.state == IiaState.TERMINATED and permit == "exchange.nominate":
            reason = gettext("The agreement with {partner} was terminated.").format(partner=self.partner)
            return Decision("deny", hash_, clause, reason, gettext("Make a new agreement; stays under way go on."))
        reason = gettext("Condition {number} of the agreement with {partner}, approved by both, permits it.")
        return Decision(
            "permit", hash_, clause, reason.format(number=clause, partner=self.partner), gettext("Go ahead.")
        )

    def files(self) -> list[File]:
        """Return the signed PDF, if there is one."""
        return list(File.objects.filter(record=self.urn))


class IiaVersion(Detail):
    """One version of a copy: of ours each that was served, of the partner's each that we approved.

    So the office can go back to what was approved, and show later who approved what when: ``approved`` says when the
    partner's approval of our copy came, with its answer as proof, or when we approved the partner's.
    """

    iia = models.ForeignKey(Iia, on_delete=models.CASCADE, related_name="versions")
    is_ours = models.BooleanField(default=True)
    hash = models.CharField(max_length=64)
    document = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    approved = models.DateTimeField(null=True)
    approval = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["iia", "is_ours", "hash"], name="one_version_a_hash")]
