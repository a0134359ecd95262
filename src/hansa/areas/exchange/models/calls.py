"""Calls for applications, and the applications."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.models.iias import Iia
from hansa.areas.exchange.models.places import place_of, successor
from hansa.areas.exchange.rules import ANY_FIELD
from hansa.areas.exchange.states import ApplicationState, CallState, Cycle, Kind, Level
from hansa.kernel.identity import own
from hansa.kernel.models import Person, Record
from hansa.kernel.models.files import File
from hansa.kernel.policy import answer
from hansa.lib.canonical import JSON
from hansa.lib.decision import Decision, Request

IIA = "iia:"


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
    comment = models.TextField(_("comment"), blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-deadline"]
        indexes: ClassVar = [models.Index(fields=["state", "deadline"], name="calls_by_state")]

    def __str__(self) -> str:
        return self.title

    def judge(self, permit: str) -> Decision | None:
        """Return what the clauses and agreements of all destinations say: the first no, or else the first yes."""
        found = [self.judge_place(there, permit) for there in self.destinations]
        return next((one for one in found if one.outcome == "deny"), found[0] if found else None)

    def judge_place(
        self, there: Mapping[str, Any], permit: str, *, application: "Application | None" = None
    ) -> Decision:
        """Return what the clause or agreement of one destination says, of the call or of one application for it."""
        if there["basis"].startswith(IIA):
            iia = Iia.objects.get(pk=there["basis"].removeprefix(IIA))
            return iia.decide(permit, condition=int(there["clause"]))
        under = successor(there["basis"], clause=there["clause"])
        return answer(
            Request(
                party=own().id,
                parties=(own().id, there["institution"]),
                area=self.area,
                action=permit,
                clause=there["clause"],
                agreement=under,
                limits=self.limits(there, under=under, application=application),
                by_person=True,
            )
        )

    def limits(
        self, there: Mapping[str, Any], *, under: str, application: "Application | None" = None
    ) -> dict[str, JSON]:
        """Return for each limit of a destination's clause what the call has, or what one applicant has.

        What a call leaves to its applicants keeps to the clause by itself: who does not is told when applying.
        """
        place = place_of(under, there["clause"], sending=own().id, receiving=there["institution"])
        bounds = place.limits if place else {}
        cycle = application.cycle if application is not None else self.cycle
        has: dict[str, JSON] = {
            **bounds,
            "kind": self.kind,
            "places_per_year": 1,
            "cycle": Cycle.ANY.value if bounds.get("cycle") == Cycle.ANY else cycle,
            "longest_days": (self.ends - self.starts).days + 1,
            "sending": own().id,
            "receiving": there["institution"],
        }
        if application is not None:
            has["field"] = ANY_FIELD if bounds.get("field") == ANY_FIELD else application.field
            has["language"], has["language_level"] = application.language, application.language_level
        return {name: has[name] for name in bounds}

    def destination(self, institution: str) -> Mapping[str, Any] | None:
        """Return a destination by its institution."""
        found: Mapping[str, Any] | None = next(
            (one for one in self.destinations if one["institution"] == institution), None
        )
        return found


class Application(Record):
    """What someone of this institution hands in for a call; it stays in this house."""

    area = "exchange"
    noun = "applications"
    title_of_list = _("Applications")
    State = ApplicationState
    searched: ClassVar[tuple[str, ...]] = ("given_names", "family_name")
    list_related: ClassVar[tuple[str, ...]] = ("call",)

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
    language = models.CharField(_("language of the stay"), max_length=3, blank=True)
    language_level = models.CharField(_("language level"), max_length=4, choices=Level.choices, default=Level.NONE)
    wishes: Any = models.JSONField(_("wishes, the first first"), default=list, blank=True)
    answers: Any = models.JSONField(_("answers"), default=dict, blank=True)
    points: Any = models.JSONField(_("points by criterion"), default=dict, blank=True)
    is_eligible = models.BooleanField(_("meets the requirements"), default=True)
    score = models.DecimalField(_("score"), max_digits=9, decimal_places=4, null=True, blank=True)
    rank = models.PositiveIntegerField(_("rank"), null=True, blank=True)
    outcome = models.CharField(_("destination"), max_length=120, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    submitted = models.DateTimeField(_("submitted"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["call", "person"], name="one_application_a_call")]
        indexes: ClassVar = [
            models.Index(fields=["state", "updated"], name="applications_by_state"),
            models.Index(fields=["-created"], name="applications_newest"),
        ]

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
