"""What a partner's node counts, beside what we count ourselves."""

from typing import ClassVar

from django.db import models

from hansa.kernel.models.records import Detail


class PartnerCount(Detail):
    """How many places a partner says are taken: of one clause (or agreement of the network), year and direction."""

    partner = models.CharField(max_length=80)
    basis = models.CharField(max_length=120)
    year = models.CharField(max_length=9)
    sending = models.CharField(max_length=80)
    receiving = models.CharField(max_length=80)
    taken = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partner", "basis", "year", "sending", "receiving"], name="one_count_a_partner"
            )
        ]
