"""Mails to a group: who was written to, and what became of it."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.states import MailState
from hansa.kernel.models import Record


class Mailing(Record):
    """One mail to everybody whom a selection of calls, applications or mobilities names."""

    area = "exchange"
    noun = "mailings"
    title_of_list = _("Mails to groups")
    State = MailState
    searched: ClassVar[tuple[str, ...]] = ("subject",)

    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    selection: Any = models.JSONField(_("who gets it"), default=dict, editable=False)
    recipients: Any = models.JSONField(default=list, editable=False)
    sent = models.PositiveIntegerField(_("sent"), default=0, editable=False)
    trouble = models.TextField(_("trouble"), blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return self.subject
