"""People and their roles: who may do what at this node, in plain words.

A role is a plain word with a sentence that a lawyer can read. It holds
permissions, and a permission is the name of what it allows: ``studies.approve``.
The kernel and each area grant permissions to roles, and an area may bring roles of
its own; a person has the permissions of their roles, and nothing else. What was never granted is denied.

    grant("steward", ("studies.approve",))
    has(person, "studies.approve")
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hansa.kernel.models.people import Person


@dataclass(frozen=True, kw_only=True)
class Role:
    """A part that a person plays at an institution."""

    name: str
    title: str | Promise
    description: str | Promise
    #: Whether it is the role of people for whom the institution acts, not of those who act for it.
    is_guest: bool = False

    @property
    def permissions(self) -> frozenset[str]:
        """Return what people with this role may do."""
        return frozenset(GRANTS[self.name])


ROLES: list[Role] = [
    Role(
        name="administrator",
        title=_("Administrator"),
        description=_("Adds and disables people, gives them their roles, and introduces partners to this node."),
    ),
    Role(
        name="signatory",
        title=_("Signatory"),
        description=_("Signs, suspends and ends memoranda for the institution."),
    ),
    Role(
        name="steward",
        title=_("Data steward"),
        description=_("Answers for the patients' data: connects them, and decides what may be computed and released."),
    ),
    Role(
        name="investigator",
        title=_("Investigator"),
        description=_("Asks the scientific question: proposes studies and reads their results."),
    ),
    Role(
        name="coordinator",
        title=_("Coordinator"),
        description=_("Drafts memoranda, offers them for signature and keeps the cooperation going."),
    ),
    Role(
        name="auditor",
        title=_("Auditor"),
        description=_("Reads everything that happened and checks the proofs; changes nothing."),
    ),
]
GRANTS: dict[str, set[str]] = {role.name: set() for role in ROLES}
EVERYONE: set[str] = set()
STAFF: set[str] = set()


def add_role(role: Role) -> None:
    """Let people have one more role, which an area brings; a name that is taken is an error of the programmer."""
    if any(known.name == role.name and known is not role for known in ROLES):
        raise AssertionError(f"There are two roles with the name {role.name}.")
    if role not in ROLES:
        ROLES.append(role)
        GRANTS[role.name] = set(EVERYONE) if role.is_guest else EVERYONE | STAFF


def in_words() -> dict[str, str]:
    """Return every role by its name, as people choose it."""
    return {role.name: f"{role.title}: {role.description}" for role in ROLES}


def grant(role: str, permissions: Iterable[str]) -> None:
    """Let people with a role do more; an unknown role is an error of the programmer."""
    GRANTS[role].update(permissions)


def grant_everyone(permissions: Iterable[str]) -> None:
    """Let everyone who has any role do something."""
    EVERYONE.update(permissions)
    for role in ROLES:
        grant(role.name, EVERYONE)


def grant_staff(permissions: Iterable[str]) -> None:
    """Let everyone who acts for the institution do something, but no guest."""
    STAFF.update(permissions)
    for role in ROLES:
        grant(role.name, () if role.is_guest else STAFF)


def permissions_of(person: Person) -> frozenset[str]:
    """Return what a person may do, or the program that speaks for them."""
    if not person.is_active:
        return frozenset()
    granted = frozenset().union(*(GRANTS.get(role, ()) for role in person.roles))
    return granted if person.scopes is None else granted & person.scopes


def has(person: object, permission: str) -> bool:
    """Tell whether someone may do something; whoever is not a person of this node may not."""
    return isinstance(person, Person) and permission in permissions_of(person)


def pseudonym(person: Person) -> str:
    """Return the name of a person in the ledger."""
    return person.pseudonym


grant(
    "administrator",
    ("people.read", "people.add", "people.change_roles", "people.disable", "people.enable", "people.reset_password"),
)
grant("auditor", ("people.read",))
grant_everyone(("people.change_password", "people.change_language", "tokens.create", "tokens.revoke"))
