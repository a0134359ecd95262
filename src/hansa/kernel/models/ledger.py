"""The ledger: what happened on this node, in order, each entry hashed into one tree."""

from typing import ClassVar

from django.db import models


class LedgerEntry(models.Model):
    """One thing that happened; database triggers forbid to change or remove it.

    `hashes` holds the roots of all perfect subtrees which this entry completes, level 0
    first, 32 bytes each, so that proofs read few rows and hash little.
    """

    position = models.PositiveBigIntegerField(primary_key=True)
    body = models.TextField()
    hashes = models.BinaryField()

    class Meta:
        app_label = "kernel"
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return str(self.position)


class Mention(models.Model):
    """That an entry tells of a record; written with the entry, so that a record's entries are found at once."""

    pk = models.CompositePrimaryKey("record", "position")
    record = models.CharField(max_length=120)
    position = models.PositiveBigIntegerField()

    class Meta:
        app_label = "kernel"
