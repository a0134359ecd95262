"""Checks: what must be verified before somebody meets patients."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.models.mobilities import Mobility, Stay
from hansa.areas.exchange.states import CheckKind, CheckState
from hansa.kernel.models import Person, Record
from hansa.kernel.models.files import File
from hansa.kernel.people import has
from hansa.lib.decision import Decision


class Check(Record):
    """One requirement of one stay; the evidence stays at home, the host learns that it was verified and until when."""

    area = "exchange"
    noun = "checks"
    title_of_list = _("Checks before the start")
    State = CheckState
    list_order: ClassVar[tuple[str, ...]] = ("-updated",)
    list_filters: ClassVar[tuple[str, ...]] = ("kind",)
    list_related: ClassVar[tuple[str, ...]] = ("mobility", "mobility__stay")

    mobility = models.ForeignKey(Mobility, on_delete=models.CASCADE, related_name="checks", editable=False)
    kind = models.CharField(_("what is checked"), max_length=16, choices=CheckKind.choices, editable=False)
    authority = models.CharField(_("issued by"), max_length=200, blank=True, editable=False)
    received = models.DateField(_("evidence of"), null=True, blank=True, editable=False)
    valid_until = models.DateField(_("valid until"), null=True, blank=True, editable=False)
    note = models.TextField(_("note"), blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["mobility", "kind"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["mobility", "kind"], name="one_check_a_kind")]
        indexes: ClassVar = [
            models.Index(fields=["state", "updated"], name="checks_by_state"),
            models.Index(fields=["-updated"], name="checks_newest"),
        ]

    def __str__(self) -> str:
        return str(CheckKind(self.kind).label)

    @classmethod
    def own_of(cls, person: Person) -> Q:
        """Return which checks are about a person's own stay."""
        return Q(mobility__stay__person=person)

    def belongs_to(self, person: Person) -> bool:
        """Tell whether this check is about the person's own stay."""
        return Stay.objects.filter(mobility=self.mobility_id, person=person).exists()

    @property
    def about(self) -> str:
        """Return the name of the stay that this is part of."""
        return self.mobility.urn

    def judge(self, permit: str) -> Decision | None:
        """Return what the memorandum or agreement says about a step of this check's stay."""
        return self.mobility.judge(permit)

    def files(self) -> list[File]:
        """Return the evidence that was handed in at this institution."""
        return list(File.objects.filter(record=self.urn))

    def hands_files_to(self, person: Person | None) -> bool:
        """Tell whether somebody may open the evidence: the participant, and whoever verifies it."""
        return person is None or has(person, "checks.verify") or self.belongs_to(person)
