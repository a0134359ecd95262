"""Calls for applications, and the applications."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.models.iias import Iia
from hansa.areas.exchange.models.places import place_of
from hansa.areas.exchange.states import ApplicationState, CallState, Cycle, Kind, Level
from hansa.kernel.identity import own
from hansa.kernel.models import Person, Record
from hansa.kernel.models.files import File
from hansa.kernel.policy import answer
from hansa.lib.decision import Decision, Request


class Call(Record):
    """An invitation to apply for the places that a clause, or agreements of the network, give in one year.

    ``destinations`` lists where one can go: institution, name, places, basis and clause, where
    basis and clause are the hash of a memorandum and a clause of it, or ``iia:`` with the key of an agreement of the
    network and the number of one of its conditions.
    """

    area = "exchange"
    noun = "calls"
    title_of_list = _("Calls for applications")
    State = CallState
    searched: ClassVar[tuple[str, ...]] = ("title", "year")

    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind of stay"), max_length=24, choices=Kind.choices)
    year = models.CharField(_("academic year"), max_length=9)
    cycle = models.CharField(_("study cycle"), max_length=10, choices=Cycle.choices, default=Cycle.ANY)
    agreement = models.CharField(_("memorandum"), max_length=80, blank=True, editable=False)
    clause = models.CharField(_("clause"), max_length=40, blank=True, editable=False)
    destinations: Any = models.JSONField(_("destinations"), default=list)
    language_level = models.CharField(_("language level"), max_length=4, choices=Level.choices, default=Level.NONE)
    requirements = models.TextField(_("requirements"), blank=True)
    documents: Any = models.JSONField(_("documents asked for"), default=list, blank=True)
    criteria: Any = models.JSONField(_("criteria"), default=list)
    most_wishes = models.PositiveSmallIntegerField(_("wishes at most"), default=3)
    deadline = models.DateTimeField(_("deadline"))
    starts = models.DateField(_("first day of stays"))
    ends = models.DateField(_("last day of stays"))
    seed = models.CharField(max_length=64, editable=False)
    ranking: Any = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-deadline"]
        indexes: ClassVar = [models.Index(fields=["state", "deadline"], name="calls_by_state")]

    def __str__(self) -> str:
        return self.title

    def judge(self, permit: str) -> Decision | None:
        """Return what the first clause says that does not permit this, or the last that does, for all destinations."""
        found = None
        for one in self.destinations:
            found = self._judge(permit, one)
            if found is None or not found.permitted:
                return found
        return found

    def _judge(self, permit: str, one: Mapping[str, Any]) -> Decision | None:
        """Return what the clause of one destination says about nominating somebody there."""
        if one["basis"].startswith("iia:"):
            iia = Iia.objects.filter(pk=one["basis"].removeprefix("iia:")).first()
            return iia.decide(permit, condition=int(one["clause"])) if iia is not None else None
        place = place_of(one["basis"], one["clause"], sending=own().id, receiving=one["institution"])
        limits = {**place.limits, "places_per_year": min(1, place.places)} if place is not None else {}
        request = Request(
            party=own().id,
            parties=(one["institution"],),
            area=self.area,
            action=permit,
            clause=one["clause"],
            agreement=one["basis"],
            limits=limits,
            by_person=True,
        )
        return answer(request)


class Application(Record):
    """What someone of this institution hands in for a call; it stays in this house."""

    area = "exchange"
    noun = "applications"
    title_of_list = _("Applications")
    State = ApplicationState
    searched: ClassVar[tuple[str, ...]] = ("given_names", "family_name")

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications", editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="applications", editable=False)
    given_names = models.CharField(_("given names"), max_length=120)
    family_name = models.CharField(_("family name"), max_length=120)
    birth_date = models.DateField(_("date of birth"))
    nationality = models.CharField(_("nationality (country code)"), max_length=2)
    gender = models.CharField(_("gender"), max_length=12)
    email = models.EmailField(_("e-mail"))
    esi = models.CharField(_("European Student Identifier"), max_length=120, blank=True)
    field = models.PositiveSmallIntegerField(_("field of education (ISCED-F)"))
    cycle = models.CharField(_("study cycle"), max_length=10, choices=Cycle.choices)
    language_level = models.CharField(_("language level"), max_length=4, default="none")
    wishes: Any = models.JSONField(_("wishes, the first first"), default=list)
    answers: Any = models.JSONField(_("answers"), default=dict, blank=True)
    points: Any = models.JSONField(_("points by criterion"), default=dict, blank=True)
    score = models.DecimalField(_("score"), max_digits=9, decimal_places=4, null=True, blank=True)
    rank = models.PositiveIntegerField(_("rank"), null=True, blank=True)
    outcome = models.CharField(_("destination"), max_length=120, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    submitted = models.DateTimeField(_("submitted"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "person"], name="one_application_a_call")]
        indexes: ClassVar = [models.Index(fields=["state", "updated"], name="applications_by_state")]

    def __str__(self) -> str:
        return f"{self.given_names} {self.family_name}"

    @classmethod
    def own_of(cls, person: Person) -> Q:
        """Return which applications are a person's own."""
        return Q(person=person)

    def belongs_to(self, person: Person) -> bool:
        """Tell whether this is the person's own application."""
        return self.person_id == person.pk

    def files(self) -> list[File]:
        """Return the documents that were handed in."""
        return list(File.objects.filter(record=self.urn))
