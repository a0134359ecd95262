"""Mobilities: one person's stay at a partner, as both institutions keep it."""

from dataclasses import replace
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.models.calls import Application
from hansa.areas.exchange.models.iias import Iia
from hansa.areas.exchange.models.offers import Offer
from hansa.areas.exchange.models.places import Place, place_of, successor, versions
from hansa.areas.exchange.rules import ANY_FIELD, CANCEL, REJECT
from hansa.areas.exchange.states import TAKING, Channel, Cycle, Kind, Level, MobilityState
from hansa.kernel.models import JointRecord, Person
from hansa.kernel.models.records import Detail
from hansa.lib.canonical import JSON
from hansa.lib.decision import Decision, Request

#: What an institution may do whatever was agreed.
STOPPING = (REJECT, CANCEL)


class Mobility(JointRecord):
    """One person's stay at a partner institution; ``lead`` sends, and ``parties`` are sending and receiving.

    Institutions are ROR ids; a member of Erasmus Without Paper that is no Hansa node is ``hei:`` and its SCHAC id.
    ``title`` says what the stay is without saying who goes; who goes stands in ``Stay`` alone.
    """

    area = "exchange"
    noun = "mobilities"
    title_of_list = _("Mobilities")
    State = MobilityState
    searched: ClassVar[tuple[str, ...]] = ("stay__family_name", "stay__given_names", "title")
    list_filters: ClassVar[tuple[str, ...]] = ("kind", "year")
    list_related: ClassVar[tuple[str, ...]] = ("stay",)
    list_defers: ClassVar[tuple[str, ...]] = ("transcript", "credential", "recognition", "signatures", "raw")
    finished: ClassVar[frozenset[str]] = frozenset({str(MobilityState.RECOGNISED)})

    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, editable=False)
    kind = models.CharField(_("kind of stay"), max_length=24, choices=Kind.choices)
    year = models.CharField(_("academic year"), max_length=9)
    cycle = models.CharField(_("study cycle"), max_length=10, choices=Cycle.choices, default=Cycle.ANY)
    field = models.PositiveSmallIntegerField(_("field of education (ISCED-F)"), default=0)
    language = models.CharField(_("language"), max_length=3, blank=True)
    language_level = models.CharField(_("language level"), max_length=4, choices=Level.choices, default=Level.NONE)
    sending = models.CharField(_("sending institution"), max_length=80, editable=False)
    receiving = models.CharField(_("receiving institution"), max_length=80, editable=False)
    partner = models.CharField(_("partner"), max_length=80, editable=False)
    is_outgoing = models.BooleanField(_("outgoing"), editable=False)
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    arrived = models.DateField(_("arrived on"), null=True, blank=True, editable=False)
    departed = models.DateField(_("departed on"), null=True, blank=True, editable=False)
    offer = models.ForeignKey(Offer, null=True, blank=True, on_delete=models.PROTECT, editable=False)
    application = models.OneToOneField(Application, null=True, blank=True, on_delete=models.PROTECT, editable=False)
    comment = models.TextField(_("comment"), blank=True, editable=False)
    transcript: Any = models.JSONField(null=True, blank=True, editable=False)
    credential: Any = models.JSONField(null=True, blank=True, editable=False)
    recognition: Any = models.JSONField(null=True, blank=True, editable=False)
    signatures: Any = models.JSONField(default=dict, blank=True, editable=False)
    # Erasmus Without Paper: the agreement under which, our or the sender's id, and what the sender last proposed.
    iia = models.ForeignKey(Iia, null=True, blank=True, on_delete=models.PROTECT, related_name="mobilities")
    condition = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    foreign_id = models.CharField(max_length=64, blank=True, editable=False)
    proposal = models.CharField(max_length=80, blank=True, editable=False)
    raw = models.TextField(blank=True, editable=False)
    told = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "mobilities"
        ordering: ClassVar = ["-created"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sending", "foreign_id"], name="one_mobility_an_id", condition=~Q(foreign_id="")
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "updated"], name="mobilities_by_state"),
            models.Index(
                fields=["year", "partner", "is_outgoing", "kind", "state", "arrived", "departed"],
                name="mobilities_by_year",
            ),
            models.Index(fields=["year", "iia", "condition", "state"], name="mobilities_by_condition"),
            models.Index(fields=["agreement", "clause", "year"], name="mobilities_by_clause"),
            models.Index(fields=["sending", "receiving", "told"], name="mobilities_by_hei"),
            models.Index(fields=["-created"], name="mobilities_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def own_of(cls, person: Person) -> Q:
        """Return which mobilities are a person's own."""
        return Q(stay__person=person)

    def belongs_to(self, person: Person) -> bool:
        """Tell whether this is the person's own stay."""
        return Stay.objects.filter(mobility=self, person=person).exists()

    def place(self) -> Place | None:
        """Return the place that this stay takes, under the version of the memorandum that holds now."""
        under = successor(self.agreement, clause=self.clause)
        return place_of(under, self.clause, sending=self.sending, receiving=self.receiving)

    def others(self) -> int:
        """Return how many other stays take a place of the same clause, year and direction."""
        same = Mobility.objects.filter(
            agreement__in=versions(self.agreement),
            clause=self.clause,
            year=self.year,
            sending=self.sending,
            receiving=self.receiving,
            state__in=TAKING,
        )
        return same.exclude(pk=self.pk).count()

    def limits(self) -> dict[str, JSON]:
        """Return for each limit that the clause sets what this stay has, to be held against it."""
        place = self.place()
        bounds = place.limits if place else {}
        has: dict[str, JSON] = {
            "kind": self.kind,
            "places_per_year": self.others() + 1,
            "cycle": Cycle.ANY.value if bounds.get("cycle") == Cycle.ANY else self.cycle,
            "field": ANY_FIELD if bounds.get("field") == ANY_FIELD else self.field,
            "longest_days": max((self.ends - self.starts).days + 1, 1),
            "language": self.language,
            "language_level": self.language_level,
            "sending": self.sending,
            "receiving": self.receiving,
        }
        return {name: has[name] for name in bounds if name in has}

    def request(self, permit: str, *, by_person: bool = True) -> Request:
        """Return what to ask the memorandum, in the version that holds now."""
        asked = super().request(permit, by_person=by_person)
        return replace(asked, agreement=successor(self.agreement, clause=self.clause) or None)

    def judge(self, permit: str) -> Decision | None:
        """Return what the memorandum, or the agreement of the network, says about a step of this stay."""
        if self.channel == Channel.NETWORK:
            return self.iia.decide(permit, condition=self.condition) if self.iia is not None else self.unfounded(permit)
        return super().judge(permit)

    def unfounded(self, permit: str) -> Decision:
        """Return what may be done with a nomination that no approved agreement gives a place for: only say no."""
        if permit in STOPPING:
            return Decision("permit", None, None, gettext("Saying no needs no agreement."), gettext("Go ahead."))
        reason = gettext("No agreement that both institutions approved gives a place for this stay.")
        return Decision("deny", None, None, reason, gettext("Agree first, or reject the nomination."))

    def proof(self) -> JSON:
        """Return what both institutions signed at the end: the recognition."""
        return self.signatures.get("recognition")


class Stay(Detail):
    """Who goes: the personal data of a mobility, apart from everything else so that it can be deleted."""

    mobility = models.OneToOneField(Mobility, on_delete=models.CASCADE, related_name="stay")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="stays")
    given_names = models.CharField(_("given names"), max_length=120)
    family_name = models.CharField(_("family name"), max_length=120)
    # A partner that speaks omobilities 2 need not say it.
    birth_date = models.DateField(_("date of birth"), null=True)
    nationality = models.CharField(_("nationality (country code)"), max_length=2)
    gender = models.CharField(_("gender"), max_length=12)
    email = models.EmailField(_("e-mail"))
    esi = models.CharField(_("European Student Identifier"), max_length=120, blank=True)
    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    report = models.TextField(_("report"), blank=True)
    advice = models.TextField(_("advice for the next"), blank=True)
    is_shared = models.BooleanField(_("may be read by others here"), default=False)
    reported = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["reported"], name="stays_reported")]
