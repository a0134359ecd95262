"""Interinstitutional agreements of Erasmus Without Paper: our copy, the partner's copy, and what each approved."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.states import IiaState
from hansa.kernel.models import Record
from hansa.kernel.models.files import File


class Iia(Record):
    """One interinstitutional agreement with one member of the network.

    ``document`` is our copy (lib.ewp.iia as JSON); ``theirs`` the partner's as it came, byte for byte. A hash is what the
    specification computes over a copy; ``approved_here`` is the partner's hash that we approved, ``approved_there`` the hash
    of ours that the partner approved, with the partner's answer kept as proof.
    """

    area = "exchange"
    noun = "iias"
    title_of_list = _("Agreements of Erasmus Without Paper")
    State = IiaState
    searched: ClassVar[tuple[str, ...]] = ("title", "partner")

    title = models.CharField(_("title"), max_length=200)
    partner = models.CharField(_("partner (SCHAC id)"), max_length=120)
    foreign_id = models.CharField(_("the partner's id"), max_length=64, blank=True, editable=False)
    document: Any = models.JSONField(_("our copy"), null=True, blank=True)
    hash = models.CharField(_("hash of our copy"), max_length=64, blank=True, editable=False)
    theirs = models.TextField(_("the partner's copy"), blank=True, editable=False)
    their_hash = models.CharField(_("hash of the partner's copy"), max_length=64, blank=True, editable=False)
    approved_here = models.CharField(_("hash that we approved"), max_length=64, blank=True, editable=False)
    approved_copy = models.TextField(_("copy that we approved"), blank=True, editable=False)
    approved_there = models.CharField(_("hash that the partner approved"), max_length=64, blank=True, editable=False)
    approval = models.TextField(_("the partner's approval as it came"), blank=True, editable=False)
    agreement = models.CharField(_("memorandum"), max_length=80, blank=True, editable=False)
    clauses: Any = models.JSONField(_("clauses"), default=list, blank=True, editable=False)
    years: Any = models.JSONField(_("academic years"), default=list, blank=True, editable=False)
    trouble = models.TextField(_("trouble"), blank=True, editable=False)
    seen = models.DateTimeField(_("the partner's copy fetched"), null=True, blank=True, editable=False)
    told = models.DateTimeField(auto_now=True)

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
        ]

    def __str__(self) -> str:
        return self.title

    def files(self) -> list[File]:
        """Return the signed PDF, if there is one."""
        return list(File.objects.filter(record=self.urn))
