"""Partners: the institutions this node knows, and what it last saw of their ledgers."""

from typing import ClassVar

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from hansa.kernel.models.records import Detail, Record
from hansa.lib.keys import Identity

# What changes with every letter.
RUNNING = (
    "state",
    "sent_sequence",
    "received_sequence",
    "letters_checkpoint",
    "receipts_checkpoint",
    "acknowledged",
    "unproven",
    "alarm",
    "trouble",
)


class Partner(Record):
    """An institution whose node exchanges letters with this one."""

    area = "kernel"
    noun = "partners"
    title_of_list = _("Partners")
    searched = ("name", "institution")

    class State(models.TextChoices):
        """How well we know a partner."""

        INTRODUCED = "introduced", _("introduced, not yet confirmed")
        KNOWN = "known", _("known")
        CHANGED = "changed", _("key changed, waits for confirmation")
        BLOCKED = "blocked", _("blocked")

    institution = models.CharField(_("institution"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    address = models.URLField(_("address"), blank=True)
    identity = models.JSONField()
    claimed = models.JSONField(null=True, blank=True)
    sent_sequence = models.PositiveBigIntegerField(default=0)
    received_sequence = models.PositiveBigIntegerField(default=0)
    letters_checkpoint = models.TextField(blank=True)
    receipts_checkpoint = models.TextField(blank=True)
    acknowledged = models.PositiveBigIntegerField(default=0)
    unproven = models.PositiveSmallIntegerField(default=0)
    alarm = models.TextField(blank=True)
    trouble = models.TextField(blank=True)
    last_heard = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "kernel"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_state_display(self) -> str:
        """Return the state as people read it."""
        return str(self.State(self.state).label)

    @classmethod
    def named(cls, institution: str, *, locked: bool = False) -> "Partner | None":
        """Return the partner with an institution's id, on demand held until the transaction ends.

        Written as one statement, because it stands in the way of every letter.
        """
        held = " FOR UPDATE" if locked and connection.vendor == "postgresql" else ""
        found = cls.objects.raw(f"SELECT * FROM kernel_partner WHERE institution = %s{held}", [institution])  # noqa: S608 -- only constants are joined
        return next(iter(found), None)

    def lock(self) -> None:
        """Read anew what changes with every letter, and keep others from it until the transaction ends.

        Written as one prepared statement, because it stands in the way of every letter.
        """
        for_update = " FOR UPDATE" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(RUNNING)} FROM kernel_partner WHERE id = %s{for_update}",  # noqa: S608 -- only names above
                [self._meta.pk.get_db_prep_value(self.pk, connection)],
            )
            for name, value in zip(RUNNING, cursor.fetchone(), strict=True):
                setattr(self, name, value)
        self._state_before = self.state

    def observe(self, *, trouble: str) -> None:
        """Note for the pages how the line to this partner is; not a change, so not in the ledger."""
        self.trouble = trouble
        models.QuerySet(type(self)).filter(pk=self.pk).exclude(trouble=trouble).update(trouble=trouble)

    @property
    def keys(self) -> Identity:
        """Return the keys this partner signs and is written to with."""
        return Identity.from_json(self.identity)

    @property
    def announced(self) -> Identity | None:
        """Return the keys this partner goes over to, as its present key announced them."""
        if self.claimed is None or "rotation" not in self.claimed:
            return None
        return Identity.from_json(self.claimed["identity"])

    @property
    def fingerprint(self) -> str:
        """Return what two people compare over the telephone."""
        return self.keys.fingerprint


class Cosignature(Detail):
    """A partner's latest signature under a checkpoint of this node's ledger."""

    partner = models.CharField(max_length=80, unique=True)
    size = models.PositiveBigIntegerField()
    checkpoint = models.TextField()
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        app_label = "kernel"
        ordering: ClassVar = ["-size"]
