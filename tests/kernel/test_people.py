from types import MappingProxyType

import pytest

from hansa.kernel import people
from hansa.kernel.models.people import Person
from hansa.kernel.people import (
    EVERYONE,
    GRANTS,
    ROLES,
    STAFF,
    Role,
    add_role,
    grant,
    grant_everyone,
    grant_staff,
    has,
    in_words,
    permissions_of,
    pseudonym,
)


@pytest.fixture
def grants(monkeypatch):
    fresh = {role: set(given) for role, given in GRANTS.items()}
    monkeypatch.setattr(people, "GRANTS", fresh)
    monkeypatch.setattr(people, "ROLES", list(ROLES))
    monkeypatch.setattr(people, "EVERYONE", set(EVERYONE))
    monkeypatch.setattr(people, "STAFF", set(STAFF))
    return MappingProxyType(fresh)


def test_roles_are_described_in_plain_words():
    assert [role.name for role in ROLES[:6]] == [
        "administrator",
        "signatory",
        "steward",
        "investigator",
        "coordinator",
        "auditor",
    ]
    assert all(str(role.description).endswith(".") for role in ROLES)


def test_grant_gives_a_permission_to_one_role(grants, person):
    grant("steward", ("teaching.approve",))

    assert has(person("steward"), "teaching.approve")
    assert not has(person("investigator"), "teaching.approve")
    assert "teaching.approve" in next(role for role in ROLES if role.name == "steward").permissions


def test_grant_everyone_gives_a_permission_to_every_role(grants):
    grant_everyone(iter(("teaching.read",)))

    assert all("teaching.read" in given for given in grants.values())


def test_grant_staff_leaves_guests_out(grants):
    add_role(Role(name="visitor", title="Visitor", description="Looks around.", is_guest=True))

    grant_staff(("teaching.read",))

    assert "teaching.read" in grants["auditor"]
    assert "teaching.read" not in grants["visitor"]


def test_role_of_an_area_has_what_everyone_has(grants, person):
    lecturer = Role(name="lecturer", title="Lecturer", description="Teaches.")
    add_role(lecturer)
    add_role(lecturer)
    add_role(Role(name="visitor", title="Visitor", description="Looks around.", is_guest=True))

    assert grants["lecturer"] == EVERYONE | STAFF
    assert grants["visitor"] == EVERYONE
    assert has(person("lecturer"), "ledger.read")
    assert not has(person("visitor"), "ledger.read")
    assert [role.name for role in people.ROLES][-2:] == ["lecturer", "visitor"]
    assert people.in_words()["lecturer"] == "Lecturer: Teaches."


def test_role_with_a_name_that_is_taken_is_an_error_of_the_programmer(grants):
    with pytest.raises(AssertionError, match="two roles with the name auditor"):
        add_role(Role(name="auditor", title="Auditor", description="Another."))


def test_roles_are_chosen_by_title_and_description():
    assert in_words()["auditor"].startswith("Auditor: Reads everything")
    assert list(in_words()) == [role.name for role in ROLES]


def test_grant_knows_no_other_roles():
    with pytest.raises(KeyError):
        grant("wizard", ("teaching.approve",))


def test_administrator_may_exactly_this(person):
    expected = {
        "people.read",
        "people.add",
        "people.change_roles",
        "people.disable",
        "people.enable",
        "people.reset_password",
        "people.change_password",
        "people.change_language",
        "tokens.create",
        "tokens.read",
        "tokens.revoke",
    }

    assert {
        name for name in permissions_of(person("administrator")) if name.startswith(("people.", "tokens."))
    } == expected


def test_person_without_a_role_may_nothing(person):
    assert permissions_of(person()) == frozenset()


def test_unknown_role_gives_nothing(person):
    assert permissions_of(person("wizard")) == frozenset()


def test_disabled_person_may_nothing(person):
    assert permissions_of(person("administrator", state=Person.State.DISABLED)) == frozenset()


def test_scopes_only_ever_take_away(person):
    found = person("auditor")
    found.scopes = frozenset({"people.read", "people.add"})

    assert permissions_of(found) == {"people.read"}


@pytest.mark.parametrize("nobody", [None, "ada", object()])
def test_has_denies_whoever_is_not_a_person(nobody):
    assert not has(nobody, "people.read")


def test_pseudonym_stays_and_does_not_show_the_person(person):
    ada = person(username="ada")

    assert pseudonym(ada) == pseudonym(Person.objects.get(username="ada"))
    assert len(pseudonym(ada)) == 32
    assert ada.urn == f"urn:hansa:people:{pseudonym(ada)}"
    assert ada.id.hex not in ada.urn


def test_pseudonym_is_lost_with_the_salt(person):
    ada = person()
    before = pseudonym(ada)

    ada.salt = b"0" * 16

    assert pseudonym(ada) != before


def test_person_is_called_by_name(person):
    ada = person(username="ada", name="Ada")

    assert str(ada) == "Ada"
