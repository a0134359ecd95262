"""The catalogue: what host departments offer."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.states import Kind, Level, OfferState
from hansa.kernel.models import JointRecord


class Offer(JointRecord):
    """A course, or a place in a department, that people of partners can choose; ``lead`` is the host."""

    area = "exchange"
    noun = "offers"
    title_of_list = _("Catalogue")
    State = OfferState
    searched: ClassVar[tuple[str, ...]] = ("title", "code", "department")

    class Form(models.TextChoices):
        """What is offered."""

        COURSE = "course", _("course")
        PLACE = "place", _("place in a department")

    form = models.CharField(_("what is offered"), max_length=8, choices=Form.choices)
    kind = models.CharField(_("for stays of the kind"), max_length=24, choices=Kind.choices)
    code = models.CharField(_("code"), max_length=40, blank=True)
    department = models.CharField(_("department or ward"), max_length=200)
    supervisor = models.CharField(_("supervisor"), max_length=200, blank=True)
    credits = models.DecimalField(_("ECTS credits"), max_digits=6, decimal_places=2, null=True, blank=True)
    term = models.CharField(_("term"), max_length=16, blank=True)
    language = models.CharField(_("language"), max_length=3)
    language_level = models.CharField(_("language level"), max_length=4, choices=Level.choices, default=Level.NONE)
    capacity = models.PositiveSmallIntegerField(_("places a week"), null=True, blank=True)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    checks: Any = models.JSONField(_("checks before the start"), default=list, blank=True)
    description = models.TextField(_("description"), blank=True)
    stated_limits: Any = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["title"]
        indexes: ClassVar = [models.Index(fields=["state", "lead"], name="offers_by_state")]

    def __str__(self) -> str:
        return self.title

    def limits(self) -> dict[str, Any]:
        """Return the limits of the clause that an offer keeps."""
        return dict(self.stated_limits)
