"""Records: what an area keeps, and what two or more institutions keep together."""

import uuid
from collections.abc import Collection
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hansa.kernel.frame import current
from hansa.lib.canonical import JSON
from hansa.lib.decision import Decision, Request

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class RecordQuerySet(models.QuerySet[M_co]):
    """Rows that can be read freely and written only inside a change."""

    def update(self, **values: Any) -> int:
        """Change rows, inside a change only."""
        current()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Remove rows, inside a change only."""
        current()
        return super().delete()

    def bulk_create(self, *given: Any, **options: Any) -> list[Any]:
        """Add rows, inside a change only."""
        current()
        return super().bulk_create(*given, **options)


class Record(models.Model):
    """Something with a state that only actions, letters and jobs may move."""

    area: ClassVar[str]
    noun: ClassVar[str]
    title_of_list: ClassVar[str | Promise]
    # What a list of this kind is searched by and narrowed by, which related rows its lines need, and which long
    # fields they do not.
    searched: ClassVar[tuple[str, ...]] = ()
    list_filters: ClassVar[tuple[str, ...]] = ()
    list_related: ClassVar[tuple[str, ...]] = ()
    list_defers: ClassVar[tuple[str, ...]] = ()
    # In which order they are listed, if not in that of the kind itself.
    list_order: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(_("state"), max_length=24, editable=False)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = models.Manager.from_queryset(RecordQuerySet)()

    class Meta:
        abstract = True

    # The state in which the database last held this record.
    _state_before = ""

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **options: Any) -> Self:
        """Return a row read from the database, remembering the state it was read in."""
        made = super().from_db(db, field_names, values, **options)
        made._state_before = made.state  # noqa: SLF001 -- of this very class
        return made

    @property
    def urn(self) -> str:
        """Return the name every party knows this record by."""
        return f"urn:hansa:{self.noun}:{self.id}"

    def get_state_display(self) -> str:
        """Return the state as people read it."""
        states: Any = getattr(self, "State", None)
        return str(states(self.state).label) if states is not None and self.state else self.state

    #: Whether everyone sees their own records of this kind, with no permission and no role.
    own_is_open: ClassVar[bool] = False

    @classmethod
    def own_of(cls, person: Any) -> models.Q | None:
        """Return which records of this kind are a person's own, or None where nobody has any."""
        return None

    def belongs_to(self, person: Any) -> bool:
        """Tell whether this record is a person's own."""
        return False

    def judge(self, permit: str) -> Decision | None:
        """Return what the agreement says about this happening, or None where the record belongs to none."""
        return None

    @property
    def about(self) -> str:
        """Return the name of the joint record that this is part of, by which its entries are found; or nothing."""
        return ""

    def files(self) -> list[Any]:
        """Return the files (``kernel.models.File``) that belong to this record."""
        return []

    def hands_files_to(self, person: Any) -> bool:
        """Tell whether somebody who may see this record may have its files too; nobody stands for the node's owner."""
        return True

    def save(self, **options: Any) -> None:
        """Write the record and note its move, inside a change only."""
        change = current()
        super().save(**options)
        if self.state != self._state_before:
            change.moved(self.urn, before=self._state_before, after=self.state)
            self._state_before = self.state

    def delete(self, *given: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """Remove the record, inside a change only."""
        current().moved(self.urn, before=self.state, after="")
        return super().delete(*given, **options)

    def refresh_from_db(self, *given: Any, **options: Any) -> None:
        """Read the record anew."""
        super().refresh_from_db(*given, **options)
        self._state_before = self.state


class JointRecord(Record):
    """The same record at every party, each with its own copy and its own decision."""

    title = models.CharField(_("title"), max_length=200)
    lead = models.CharField(_("lead institution"), max_length=80, editable=False)
    parties = models.JSONField(_("parties"), default=list, editable=False)
    agreement = models.CharField(_("memorandum"), max_length=80, editable=False)
    clause = models.CharField(_("clause"), max_length=40, editable=False)

    class Meta:
        abstract = True

    def purposes(self) -> tuple[str, ...]:
        """Return the purposes this record is for, as DUO codes."""
        return ()

    def limits(self) -> dict[str, JSON]:
        """Return the limits this record keeps, to be held against the clause's."""
        return {}

    def request(self, permit: str, *, by_person: bool = True) -> Request:
        """Return what to ask the agreement before this institution does this."""
        from hansa.kernel.identity import own  # noqa: PLC0415 -- leaf: settings are read when first used

        return Request(
            party=own().id,
            parties=tuple(self.parties),
            area=self.area,
            action=permit,
            clause=self.clause or None,
            agreement=self.agreement or None,
            purposes=self.purposes(),
            limits=self.limits(),
            by_person=by_person,
        )

    def judge(self, permit: str) -> Decision | None:
        """Return what the memorandum says about this institution doing this."""
        from hansa.kernel.policy import answer  # noqa: PLC0415 -- leaf: the vocabularies are there when first used

        return answer(self.request(permit))

    #: The states in which there is a document that every party signed.
    finished: ClassVar[frozenset[str]] = frozenset()

    def proof(self) -> JSON:
        """Return the document that every party signed, as General JWS, or None while there is none."""
        return None


class Detail(models.Model):
    """A row that belongs to a record and is written inside a change only."""

    objects = models.Manager.from_queryset(RecordQuerySet)()

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        """Write the row, inside a change only."""
        current()
        super().save(**options)

    def delete(self, *given: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """Remove the row, inside a change only."""
        current()
        return super().delete(*given, **options)


class Verdict(models.TextChoices):
    """What a party said about a joint record."""

    PROPOSED = "proposed", _("proposed")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrew")
    RELEASED = "released", _("released")


class PartyDecision(Detail):
    """What one party decided about one joint record; it may arrive before the record does."""

    record = models.CharField(max_length=120)
    party = models.CharField(max_length=80)
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    reason = models.TextField(blank=True)
    facts = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "kernel"
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "party", "verdict"], name="one_verdict_a_party")
        ]
