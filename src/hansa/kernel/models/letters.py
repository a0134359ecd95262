"""Letters as the node keeps them: outbox, inbox, and what it holds for others."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Letter(models.Model):
    """One letter sent or received, with its receipt."""

    class Direction(models.TextChoices):
        """Which way a letter went."""

        OUT = "out", _("sent")
        IN = "in", _("received")

    class State(models.TextChoices):
        """Where a letter stands."""

        WAITING = "waiting", _("waiting to be delivered")
        APPLIED = "applied", _("applied")
        REFUSED = "refused", _("refused")

    id = models.CharField(primary_key=True, max_length=32)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    partner = models.CharField(max_length=80)
    sequence = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=60)
    record = models.CharField(max_length=120, blank=True, db_index=True)
    token = models.TextField()
    digest = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True)
    receipt = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    bytes = models.PositiveBigIntegerField(default=0)
    created = models.DateTimeField()
    settled = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "kernel"
        ordering: ClassVar = ["created", "sequence"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["direction", "partner", "sequence"], name="one_letter_a_number")
        ]
        indexes: ClassVar = [models.Index(fields=["direction", "state", "partner", "sequence"], name="letters_due")]


class Held(models.Model):
    """A sealed envelope this node holds for an institution that only dials out."""

    recipient = models.CharField(max_length=80, db_index=True)
    sender = models.CharField(max_length=80)
    envelope = models.JSONField()
    digest = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "kernel"
        ordering: ClassVar = ["id"]
