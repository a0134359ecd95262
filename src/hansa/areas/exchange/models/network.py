"""The network as this node last saw it: the registry's catalogue, and what sweeps found."""

from typing import ClassVar

from django.db import models


class Catalogue(models.Model):
    """The registry's catalogue as it last came; not a record: it tells of others and is fetched anew at any time."""

    registry = models.CharField(max_length=300, unique=True)
    etag = models.CharField(max_length=200, blank=True)
    document = models.BinaryField()
    at = models.DateTimeField()
    trouble = models.TextField(blank=True)

    class Meta:
        app_label = "exchange"


class Member(models.Model):
    """A member of the network with whom we have to do: when its lists were last read, and how its line is."""

    hei = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=200)
    swept = models.DateTimeField(null=True, blank=True)
    # When the sweep began that needs several turns, because there is so much to fetch.
    began = models.DateTimeField(null=True, blank=True)
    heard = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True)

    class Meta:
        app_label = "exchange"
        ordering: ClassVar = ["name"]
