"""Messages: what this node owes a member of Erasmus Without Paper, and what became of it."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.states import MessageState
from hansa.kernel.models import Record


class Message(Record):
    """One call to a member of the network: a notification, a request for its copy, or an answer to its proposal."""

    area = "exchange"
    noun = "messages"
    title_of_list = _("Messages to the network")
    State = MessageState
    searched: ClassVar[tuple[str, ...]] = ("partner", "subject")

    partner = models.CharField(_("partner (SCHAC id)"), max_length=120)
    kind = models.CharField(_("message"), max_length=40)
    subject = models.CharField(_("about"), max_length=120)
    data: Any = models.JSONField(default=dict, blank=True, editable=False)
    attempts = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    trouble = models.TextField(_("what went wrong"), blank=True, editable=False)
    remedy = models.TextField(_("what to do"), blank=True, editable=False)
    at = models.DateTimeField(_("delivered"), null=True, blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-created"]
        indexes: ClassVar = [
            models.Index(fields=["state", "updated"], name="messages_by_state"),
            models.Index(fields=["partner", "state"], name="messages_by_partner"),
            models.Index(fields=["-created"], name="messages_newest"),
            models.Index(fields=["subject"], name="messages_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.partner}"
