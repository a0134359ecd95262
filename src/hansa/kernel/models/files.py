"""Files: documents that people hand in, kept beside the records they belong to."""

from typing import ClassVar

from django.db import models

from hansa.kernel.models.records import Detail


class File(Detail):
    """One document of one record, content and all; its digest names it in addresses."""

    record = models.CharField(max_length=120, db_index=True)
    name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        app_label = "kernel"
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["record", "digest"], name="one_file_a_digest")]
