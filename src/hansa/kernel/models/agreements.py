"""Agreements: the memoranda this node holds, each version with its signatures."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from hansa.kernel.models.records import Record, RecordQuerySet
from hansa.lib.agreement import StandingAgreement


class AgreementQuerySet(RecordQuerySet["Agreement"]):
    """Memoranda, by what they can do."""

    def binding(self) -> "AgreementQuerySet":
        """Return those that bind or once bound: in force, suspended, amended or ended."""
        state = Agreement.State
        return self.filter(state__in=[state.IN_FORCE, state.SUSPENDED, state.AMENDED, state.ENDED])


class Agreement(Record):
    """One version of a memorandum between two or more institutions."""

    area = "kernel"
    noun = "agreements"
    title_of_list = _("Memoranda")

    class State(models.TextChoices):
        """The life of a memorandum."""

        DRAFT = "draft", _("draft")
        OFFERED = "offered", _("offered for signature")
        IN_FORCE = "in_force", _("in force")
        SUSPENDED = "suspended", _("suspended")
        AMENDED = "amended", _("replaced by a newer version")
        ENDED = "ended", _("ended")
        DECLINED = "declined", _("declined")

    document = models.JSONField(_("document"))
    hash = models.CharField(_("hash"), max_length=80, unique=True)
    version = models.PositiveIntegerField(default=1)
    signatures = models.JSONField(default=dict, blank=True)
    suspended_by = models.CharField(max_length=80, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True)

    objects: ClassVar = models.Manager.from_queryset(AgreementQuerySet)()

    class Meta:
        app_label = "kernel"
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        title: dict[str, Any] = self.document["title"]
        return str(title.get("en", self.hash))

    @property
    def parties(self) -> list[str]:
        """Return the institutions that sign this memorandum."""
        return [party["id"] for party in self.document["parties"]]

    def standing(self) -> StandingAgreement:
        """Return the memorandum as decisions read it."""
        return StandingAgreement(
            document=self.document,
            hash=self.hash,
            state=self.state,
            suspended_by=self.suspended_by,
            ends_on=self.ends_on,
        )
