"""Plans: learning agreements and rotation plans, every version kept."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.models.mobilities import Mobility, Stay
from hansa.areas.exchange.states import PlanState
from hansa.kernel.models import Person, Record
from hansa.lib.decision import Decision


class Plan(Record):
    """One version of what a person does at the host: a document, its hash, and three signatures over it."""

    area = "exchange"
    noun = "plans"
    title_of_list = _("Learning agreements and rotation plans")
    State = PlanState
    list_order: ClassVar[tuple[str, ...]] = ("-updated",)
    list_related: ClassVar[tuple[str, ...]] = ("mobility", "mobility__stay")
    list_defers: ClassVar[tuple[str, ...]] = ("document", "signatures", "raw")

    class Phase(models.TextChoices):
        """When a version was made."""

        BEFORE = "before", _("before the stay")
        DURING = "during", _("changes during the stay")

    mobility = models.ForeignKey(Mobility, on_delete=models.CASCADE, related_name="plans", editable=False)
    number = models.PositiveSmallIntegerField(_("version"), editable=False)
    phase = models.CharField(_("phase"), max_length=8, choices=Phase.choices, editable=False)
    document: Any = models.JSONField(_("document"))
    digest = models.CharField(_("hash"), max_length=80, editable=False)
    signatures: Any = models.JSONField(default=dict, blank=True, editable=False)
    comment = models.TextField(_("comment"), blank=True, editable=False)
    raw = models.TextField(blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["mobility", "-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["mobility", "number"], name="one_plan_a_version")]
        indexes: ClassVar = [
            models.Index(fields=["state", "updated"], name="plans_by_state"),
            models.Index(fields=["-updated"], name="plans_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.mobility.title}, {self.number}"

    @classmethod
    def own_of(cls, person: Person) -> Q:
        """Return which plans are a person's own."""
        return Q(mobility__stay__person=person)

    def belongs_to(self, person: Person) -> bool:
        """Tell whether this is a plan of the person's own stay."""
        return Stay.objects.filter(mobility=self.mobility_id, person=person).exists()

    @property
    def about(self) -> str:
        """Return the name of the stay that this is part of."""
        return self.mobility.urn

    def judge(self, permit: str) -> Decision | None:
        """Return what the memorandum or agreement says about a step of this plan's stay."""
        return self.mobility.judge(permit)
