from datetime import timedelta

import pytest
from django.utils import timezone

from hansa.kernel import tokens
from hansa.kernel.actions import GivenError
from hansa.kernel.models import ApiToken, LedgerEntry
from hansa.kernel.sessions import digest
from hansa.lib.errors import RefusedError


def test_create_keeps_only_the_digest(person):
    token = tokens.create(ApiToken(), by=person("auditor"), name="notebook", scopes=["people.read"], days=7)

    kept = ApiToken.objects.get()
    assert kept.digest == digest(token.text)
    assert kept.text == ""
    assert str(kept) == "notebook"
    assert kept.scopes == ["people.read"]
    assert timedelta(days=6) < kept.expires - timezone.now() <= timedelta(days=7)
    assert token.text not in str(LedgerEntry.objects.values_list("body", flat=True)[0])


@pytest.mark.parametrize("scopes", [[], ["people.add"], ["people.read", "people.add"]])
def test_create_gives_no_more_than_the_person_has(person, scopes):
    with pytest.raises(GivenError) as refused:
        tokens.create(ApiToken(), by=person("auditor"), name="notebook", scopes=scopes)

    assert list(refused.value.faults) == ["scopes"]
    assert ApiToken.objects.count() == 0


@pytest.mark.parametrize("days", [0, 367])
def test_create_refuses_an_end_too_near_or_too_far(person, days):
    with pytest.raises(GivenError) as refused:
        tokens.create(ApiToken(), by=person("auditor"), name="notebook", scopes=["people.read"], days=days)

    assert list(refused.value.faults) == ["days"]


def test_revoke_shuts_the_token(person):
    bob = person("auditor")
    token = tokens.create(ApiToken(), by=bob, name="notebook", scopes=["people.read"])

    tokens.revoke(token, by=bob)

    assert ApiToken.objects.get().state == "revoked"


def test_revoke_is_open_to_administrators(person, administrator):
    token = tokens.create(ApiToken(), by=person("auditor"), name="notebook", scopes=["people.read"])

    tokens.revoke(token, by=administrator)

    assert ApiToken.objects.get().state == "revoked"


def test_revoke_refuses_others(person):
    token = tokens.create(ApiToken(), by=person("auditor"), name="notebook", scopes=["people.read"])

    with pytest.raises(RefusedError, match="someone else"):
        tokens.revoke(token, by=person("steward"))

    assert ApiToken.objects.get().state == "valid"
