"""Accounts: what administrators do with people, and people with their own account.

Nobody is ever deleted, because what they did stays in the ledger; they are disabled.
One administrator always remains, so that no node locks its own door.
"""

from typing import Annotated, Literal

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import SecretStr

from hansa.kernel import throttle
from hansa.kernel.actions import NEW, GivenError, action, first
from hansa.kernel.change import change
from hansa.kernel.choices import OneOf
from hansa.kernel.models.people import ApiToken, Person
from hansa.kernel.people import in_words
from hansa.lib.errors import RefusedError

ACTIVE, DISABLED = Person.State.ACTIVE, Person.State.DISABLED
RoleName = Annotated[str, OneOf(in_words)]
BECAUSE = "An institution orders its own people; the memorandum leaves that to each party."


def set_password(person: Person, password: SecretStr) -> None:
    """Give a person a password that is long enough and not on every list."""
    try:
        validate_password(password.get_secret_value(), user=person)
    except ValidationError as weak:
        raise GivenError({"password": " ".join(weak.messages)}) from weak
    person.set_password(password.get_secret_value())


def begin(*, username: str, name: str, password: str, language: str = "en") -> Person:
    """Make the first administrator of a new node, which is possible only once."""
    with change({"action": "people.begin"}) as made:
        if Person.objects.exists():
            raise RefusedError(_("This node has people already."), _("Ask an administrator to add you."))
        person = Person(
            username=username.casefold(), name=name, language=language, roles=["administrator"], state=ACTIVE
        )
        set_password(person, SecretStr(password))
        person.full_clean()
        person.save()
        made.cause["by"] = person.pseudonym
    return person


def remains_administrator(person: Person) -> None:
    """Refuse what would leave the node without an administrator."""
    others = Person.objects.exclude(pk=person.pk).filter(state=ACTIVE)
    if not any("administrator" in other.roles for other in others):
        raise RefusedError(
            _("This is the only administrator of this node."), _("Make someone else administrator first.")
        )


def is_own(person: Person, by: Person) -> bool:
    """Tell whether an account is that of whoever acts."""
    return person.pk == by.pk


@action(needs="people.add", source=(NEW,), target=(ACTIVE,), because=BECAUSE)
def add(
    person: Person,
    *,
    by: Person,
    username: str,
    name: str,
    password: SecretStr,
    roles: list[RoleName],
    language: Literal["en", "de", "sv"] = "en",
) -> None:
    """Add a person.

    They can sign in at once with this password, and should change it then.
    """
    person.username = username.casefold()
    person.name = name
    person.language = language
    person.roles = sorted(set(roles))
    set_password(person, password)


@action(needs="people.change_roles", source=(ACTIVE,), target=(ACTIVE,), because=BECAUSE)
def change_roles(person: Person, *, by: Person, roles: list[RoleName]) -> None:
    """Change a person's roles.

    It takes effect at their next click.
    """
    if "administrator" in person.roles and "administrator" not in roles:
        remains_administrator(person)
    person.roles = sorted(set(roles))


@action(needs="people.disable", source=(ACTIVE,), target=(DISABLED,), because=BECAUSE, unless=is_own)
def disable(person: Person, *, by: Person) -> None:
    """Disable a person's account.

    Their sessions end and their tokens open nothing any more; what they did stays.
    """
    if "administrator" in person.roles:
        remains_administrator(person)


@action(needs="people.enable", source=(DISABLED,), target=(ACTIVE,), because=BECAUSE)
def enable(person: Person, *, by: Person) -> None:
    """Enable a person's account again."""


@action(needs="people.reset_password", source=(ACTIVE,), target=(ACTIVE,), because=BECAUSE, unless=is_own)
def reset_password(person: Person, *, by: Person, password: SecretStr) -> None:
    """Give a person a new password.

    Their sessions end, and every token of theirs is revoked.
    """
    set_password(person, password)
    revoke_all(person)


@action(needs="people.change_password", source=(ACTIVE,), target=(ACTIVE,), because=BECAUSE, own=True)
def change_password(person: Person, *, by: Person, old: SecretStr, password: SecretStr) -> None:
    """Change your own password.

    Your other sessions end, and every token of yours is revoked.
    """
    set_password(person, password)
    revoke_all(person)


@first("people.change_password")
def prove(person: Person, *, by: Person, old: SecretStr, password: SecretStr) -> None:
    """Refuse who does not know the old password; whoever has found a session open may not guess it either."""
    throttle.knock(account=person.username, now=timezone.now())
    if not person.check_password(old.get_secret_value()):
        raise GivenError({"old": _("This is not your present password.")})
    throttle.opened(account=person.username)


@action(needs="people.change_language", source=(ACTIVE,), target=(ACTIVE,), because=BECAUSE, own=True)
def change_language(person: Person, *, by: Person, language: Literal["en", "de", "sv"]) -> None:
    """Choose the language of your pages."""
    person.language = language


def revoke_all(person: Person) -> None:
    """Revoke every token of a person."""
    for token in person.tokens.filter(state=ApiToken.State.VALID):
        token.state = ApiToken.State.REVOKED
        token.save()
