import pytest
from pydantic import SecretStr

from hansa.kernel import accounts, throttle, tokens
from hansa.kernel.actions import GivenError, RoleError, StateError
from hansa.kernel.models import ApiToken, Attempt, LedgerEntry, Person
from hansa.lib.errors import RefusedError

GOOD = "correct horse battery staple"


def add(by, **given):
    return accounts.add(
        Person(), by=by, **{"username": "Grace", "name": "Grace", "password": GOOD, "roles": ["auditor"], **given}
    )


def test_begin_makes_the_first_administrator(db):
    made = accounts.begin(username="Ada", name="Ada", password=GOOD)

    assert (made.username, made.roles, made.state) == ("ada", ["administrator"], "active")
    assert made.check_password(GOOD)
    assert LedgerEntry.objects.count() == 1


def test_begin_happens_only_once(administrator):
    with pytest.raises(RefusedError, match="has people already"):
        accounts.begin(username="eve", name="Eve", password=GOOD)

    assert Person.objects.count() == 1


def test_add_lets_a_person_in(administrator):
    made = add(administrator, roles=["steward", "auditor", "steward"], language="sv")

    found = Person.objects.get(username="grace")
    assert found == made
    assert (found.roles, found.language, found.is_active) == (["auditor", "steward"], "sv", True)
    assert found.check_password(GOOD)


def test_add_keeps_name_and_password_out_of_the_ledger(administrator):
    add(administrator)

    body = LedgerEntry.objects.order_by("-position").values_list("body", flat=True)[0]
    assert "race" not in str(body)
    assert GOOD not in str(body)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "short"),
        ("password", "cookiemonster"),
        ("roles", ["wizard"]),
        ("language", "la"),
        ("username", "grace hopper"),
        ("username", "administrator"),
    ],
)
def test_add_refuses_what_is_wrong_and_names_the_field(administrator, field, value):
    with pytest.raises(GivenError) as refused:
        add(administrator, **{field: value})

    assert list(refused.value.faults) == [field]
    assert Person.objects.count() == 1


def test_add_refuses_who_is_no_administrator(person):
    with pytest.raises(RoleError):
        add(person("steward"))

    assert Person.objects.count() == 1


def test_change_roles_changes_them(administrator, person):
    bob = person("auditor")

    accounts.change_roles(bob, by=administrator, roles=["steward"])

    assert Person.objects.get(pk=bob.pk).roles == ["steward"]


def test_change_roles_lets_one_of_two_administrators_go(administrator, person):
    second = person("administrator")

    accounts.change_roles(second, by=administrator, roles=[])

    assert Person.objects.get(pk=second.pk).roles == []


@pytest.mark.parametrize(
    "leaving", [lambda a: accounts.change_roles(a, by=a, roles=[]), lambda a: accounts.disable(a, by=a)]
)
def test_last_administrator_stays(administrator, person, leaving):
    person("administrator", state=Person.State.DISABLED)

    with pytest.raises(RefusedError, match="only administrator"):
        leaving(administrator)

    found = Person.objects.get(pk=administrator.pk)
    assert (found.roles, found.state) == (["administrator"], "active")


def test_disable_and_enable_close_and_open_an_account(administrator, person):
    bob = person("auditor")

    accounts.disable(bob, by=administrator)
    closed = Person.objects.get(pk=bob.pk).is_active
    accounts.enable(bob, by=administrator)

    assert (closed, Person.objects.get(pk=bob.pk).is_active) == (False, True)


def test_disable_refuses_who_is_disabled(administrator, person):
    bob = person("auditor", state=Person.State.DISABLED)

    with pytest.raises(StateError, match="disabled"):
        accounts.disable(bob, by=administrator)


def test_reset_password_revokes_tokens(administrator, person):
    bob = person("auditor")
    token = tokens.create(ApiToken(), by=bob, name="notebook", scopes=["people.read"])

    accounts.reset_password(bob, by=administrator, password=GOOD)

    assert Person.objects.get(pk=bob.pk).check_password(GOOD)
    assert ApiToken.objects.get(pk=token.pk).state == "revoked"


def test_change_password_asks_for_the_old_one(person):
    bob = person("auditor", password="the old password")

    with pytest.raises(GivenError) as refused:
        accounts.change_password(bob, by=bob, old="not the old one", password=GOOD)

    assert list(refused.value.faults) == ["old"]
    assert Person.objects.get(pk=bob.pk).check_password("the old password")


def test_change_password_lets_nobody_guess_the_old_one(person):
    bob = person("auditor", password="the old password")
    for _time in range(throttle.FREE["account"]):
        with pytest.raises(GivenError):
            accounts.change_password(bob, by=bob, old="a guess", password=GOOD)

    with pytest.raises(throttle.ThrottledError, match="too many wrong passwords"):
        accounts.change_password(bob, by=bob, old="the old password", password=GOOD)

    assert Attempt.objects.get().failures == 5
    assert Person.objects.get(pk=bob.pk).check_password("the old password")


def test_change_password_forgets_wrong_guesses_after_the_right_one(person):
    bob = person("auditor", password="the old password")
    with pytest.raises(GivenError):
        accounts.change_password(bob, by=bob, old="a guess", password=GOOD)

    accounts.change_password(bob, by=bob, old="the old password", password=GOOD)

    assert not Attempt.objects.exists()


def test_change_password_counts_no_guess_where_the_account_is_disabled(person):
    bob = person("auditor", password="the old password", state="disabled")

    with pytest.raises(RefusedError):
        accounts.change_password(bob, by=bob, old="a guess", password=GOOD)

    assert not Attempt.objects.exists()


def test_change_password_changes_it(person):
    bob = person("auditor", password="the old password")

    accounts.change_password(bob, by=bob, old="the old password", password=SecretStr(GOOD))

    assert Person.objects.get(pk=bob.pk).check_password(GOOD)


def test_change_language_changes_the_pages(person):
    bob = person("auditor")

    accounts.change_language(bob, by=bob, language="de")

    assert Person.objects.get(pk=bob.pk).language == "de"


@pytest.mark.parametrize(
    "change",
    [
        lambda bob, by: accounts.change_language(bob, by=by, language="de"),
        lambda bob, by: accounts.change_password(bob, by=by, old="the old password", password=GOOD),
    ],
)
def test_own_account_is_nobody_elses(administrator, person, change):
    bob = person("auditor", password="the old password")

    with pytest.raises(RefusedError, match="somebody else's, and only they may"):
        change(bob, administrator)

    found = Person.objects.get(pk=bob.pk)
    assert found.language == "en"
    assert found.check_password("the old password")
