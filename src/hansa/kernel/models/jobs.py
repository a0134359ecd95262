"""Jobs: work the node owes, kept so that no crash loses or repeats it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One step of work, done exactly once."""

    class State(models.TextChoices):
        """Where a job stands."""

        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    record = models.CharField(max_length=120, db_index=True)
    # Of the jobs of one group, for example of one partner, only one is done at a time.
    group = models.CharField(max_length=120, blank=True)
    data = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # How often it broke, and how often it was put back because it had to wait.
    attempts = models.PositiveIntegerField(default=0)
    waits = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    holder = models.CharField(max_length=40, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    waits_for = models.TextField(blank=True)
    trouble = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
    settled = models.DateTimeField(null=True, blank=True)
    # Not kept; told to whoever reacts to the end of the job.
    fault: Exception | None = None

    class Meta:
        app_label = "kernel"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "key"], name="one_job_a_key")]
        indexes: ClassVar = [models.Index(fields=["state", "next_at"], name="jobs_due")]
