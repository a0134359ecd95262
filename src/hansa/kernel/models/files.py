"""Files that people handed in, kept with the record they belong to."""

from typing import Any, ClassVar

from django.db import models

from hansa.kernel.models.records import Detail, RecordQuerySet


class FileManager(models.Manager.from_queryset(RecordQuerySet)):  # type: ignore[misc]  # reason: made at run time
    """Files without their content, which is read only when it is asked for."""

    def get_queryset(self) -> Any:
        """Return the files, each with its content left in the database."""
        return super().get_queryset().defer("content")


class File(Detail):
    """A file of a record: its content lies in the database, so that it is there exactly when its record says so."""

    record = models.CharField(max_length=120)
    # What it is to its record, in a word of the area, such as "transcript".
    role = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    # SHA-256 in hexadecimal digits: the address under its record.
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    added = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = FileManager()

    class Meta:
        app_label = "kernel"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["record", "digest"], name="one_file_a_digest")]
