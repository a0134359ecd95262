"""People: who works at this node, by which tokens their programs speak, and who knocked in vain."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from hansa.kernel.models.records import Record


def new_salt() -> bytes:
    """Return the salt that hides one person in the ledger."""
    return secrets.token_bytes(16)


class Person(Record, AbstractBaseUser):
    """Someone who works at this institution's node."""

    area = "kernel"
    noun = "people"
    own_is_open = True
    title_of_list = _("People")
    searched = ("username", "name")

    class State(models.TextChoices):
        """Whether a person may work here."""

        ACTIVE = "active", _("active")
        DISABLED = "disabled", _("disabled")

    class Language(models.TextChoices):
        """The languages of the pages."""

        ENGLISH = "en", _("English")
        GERMAN = "de", _("German")
        SWEDISH = "sv", _("Swedish")

    username = models.CharField(
        _("user name"),
        max_length=60,
        unique=True,
        validators=[
            RegexValidator(
                r"\A[a-z0-9][a-z0-9._-]*\Z", _("Use small letters, digits, full stops, hyphens and underscores.")
            )
        ],
    )
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.ENGLISH)
    roles = models.JSONField(_("roles"), default=list, blank=True)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)
    # The ledger tells who did what and when; a second clock of people's comings and goings is not kept.
    last_login = None

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    # What a program that speaks for this person may do at most; None for the person in the flesh.
    scopes: frozenset[str] | None = None
    # Until when it speaks; nothing that it makes may open anything longer.
    speaks_until: datetime | None = None

    class Meta:
        app_label = "kernel"
        ordering: ClassVar = ["name", "username"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def own_of(cls, person: Any) -> models.Q:
        """Return a person's own account."""
        return models.Q(pk=person.pk)

    def belongs_to(self, person: Any) -> bool:
        """Tell whether this is the person's own account."""
        return bool(self.pk == person.pk)

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # reason: Django has a plain attribute here
        """Return whether this person may work here now."""
        return self.state == self.State.ACTIVE

    @property
    def pseudonym(self) -> str:
        """Return the name of this person in the ledger, which nobody can trace once the salt is gone."""
        return hmac.new(bytes(self.salt), self.id.bytes, hashlib.sha256).hexdigest()[:32]

    @property
    def urn(self) -> str:
        """Return the name of this record in the ledger, which does not point at a person by itself."""
        return f"urn:hansa:people:{self.pseudonym}"

    def check_password(self, raw_password: str | None) -> bool:
        """Tell whether this is the person's password, without ever writing."""
        return check_password(raw_password, self.password)


class ApiToken(Record):
    """What a program shows to speak for a person; only its digest is kept."""

    area = "kernel"
    noun = "tokens"
    own_is_open = True
    title_of_list = _("Tokens for programs")

    class State(models.TextChoices):
        """Whether a token opens anything."""

        VALID = "valid", _("valid")
        REVOKED = "revoked", _("revoked")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens", editable=False)
    name = models.CharField(_("what it is for"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("what it may do"), default=list)
    expires = models.DateTimeField(_("expires"))

    # The token itself, known only to the request that made it.
    text: str = ""

    class Meta:
        app_label = "kernel"
        ordering: ClassVar = ["expires"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def own_of(cls, person: Any) -> models.Q:
        """Return a person's own tokens."""
        return models.Q(person=person)

    def belongs_to(self, person: Any) -> bool:
        """Tell whether this is the person's own token."""
        return bool(self.person_id == person.pk)

    def is_valid(self, *, now: datetime) -> bool:
        """Tell whether the token opens anything at this moment."""
        return self.state == self.State.VALID and now < self.expires and self.person.is_active


class Attempt(models.Model):
    """How often an account or an address knocked in vain; who it is, is kept only as a hash."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    until = models.DateTimeField()
    last = models.DateTimeField()

    class Meta:
        app_label = "kernel"
