"""The catalogue: what host departments offer."""

from dataclasses import replace
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.models.places import clause_of, successor
from hansa.areas.exchange.states import Kind, Level, OfferState
from hansa.kernel.models import JointRecord
from hansa.lib.canonical import JSON
from hansa.lib.decision import Request


class Offer(JointRecord):
    """A course, or a place in a department, that people of partners can choose; ``lead`` is the host."""

    area = "exchange"
    noun = "offers"
    title_of_list = _("Catalogue")
    State = OfferState
    searched: ClassVar[tuple[str, ...]] = ("title", "code", "department")
    list_filters: ClassVar[tuple[str, ...]] = ("kind", "form")

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

    class Meta:
        ordering: ClassVar = ["title"]
        indexes: ClassVar = [models.Index(fields=["state", "lead"], name="offers_by_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def under(self) -> str:
        """Return the version of the memorandum under which the offer stands now."""
        return successor(self.agreement, clause=self.clause)

    def limits(self) -> dict[str, JSON]:
        """Return for each limit that the clause sets what the offer has; whoever comes is held to the others."""
        clause = clause_of(self.under, self.clause)
        bounds = dict(clause["limits"]) if clause is not None else {}
        has = {
            "kind": self.kind,
            # An offer takes no place; a nomination does.
            "places_per_year": 0,
            "language": self.language,
            "language_level": self.language_level,
            "receiving": self.lead,
        }
        return {name: has.get(name, bound) for name, bound in bounds.items()}

    def request(self, permit: str, *, by_person: bool = True) -> Request:
        """Return what to ask the memorandum, in the version that holds now."""
        return replace(super().request(permit, by_person=by_person), agreement=self.under)
