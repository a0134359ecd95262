"""The published samples of Open Badges 3.0, each with the reason for which it holds or not."""

import json
from datetime import UTC, datetime

import pytest

from hansa.lib.exchange.baking import unbake
from hansa.lib.exchange.canonical_rdf import canonical_text
from hansa.lib.exchange.credentials import BARE_KEY, OWNER, report, report_jwt
from hansa.lib.exchange.linked_data import quads
from tests.conformance import conformance
from tests.lib.exchange.linked import by_pyld

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
SOUND = [
    "simple.json",
    "simple-context-version.json",
    "simple-did-web-method.json",
    "simple-json.svg",
    "simple-jwt.svg",
]
OLD = "older data model 1.1"
REFUSED = {
    "complete_v1.json": OLD,
    "endorsement-err-schema-status-refresh.json": "status is of a kind that Hansa cannot check",
    # A proof by ecdsa-sd-2023, which Hansa does not check, so it does not say that it holds.
    "sd/derivedcredential.json": "proof is of another kind",
    "simple-err-context.json": "context is not that of Verifiable Credentials 2.0",
    "simple-err-credential-subject-identifier-type.json": "under identifier is not of the type IdentityObject",
    "simple-err-credential-subject-result-type.json": "under result is not of the type Result",
    "simple-err-evidence-type.json": "under evidence is not of the type Evidence",
    "simple-err-issued.json": "not valid yet",
    "simple-err-issuer-parentorg-type.json": "under parentOrg is not of the type Profile",
    "simple-err-issuer.json": "issuer is no profile",
    "simple-err-proof-method-unknown-did-method.json": "DID method that Hansa does not know",
    "simple-err-proof-method.json": "another kind than Ed25519",
    "simple-err-type.json": "types are not those of an Open Badges 3.0 credential",
    "simple-jwt_v1.svg": OLD,
    "simple-noproof.json": "has no proof",
    "simple_v1.json": OLD,
}
REVOKED = "bit-string-list/credential-status-revoked-blank-nodes.json"
LIST = "bit-string-list/testlist"


def read(name):
    data = (conformance("openbadges") / name).read_bytes()
    return unbake(data) if name.endswith(".svg") else json.loads(data)


def of(sample, lists=()):
    return report_jwt(sample, now=NOW) if isinstance(sample, str) else report(sample, now=NOW, lists=dict(lists))


def test_every_sample_has_its_expectation():
    folder = conformance("openbadges")

    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    assert found - {"README.md"} == {*SOUND, *REFUSED, REVOKED, LIST}


@pytest.mark.parametrize("name", SOUND)
def test_sound_sample_holds_and_its_owner_is_left_open(name):
    found = of(read(name))

    assert found.holds, found.wrong
    assert found.notes == ((BARE_KEY,) if "jwt" in name else (OWNER,))


@pytest.mark.parametrize("name", REFUSED)
def test_faulty_sample_is_refused_for_its_own_reason(name):
    found = of(read(name))

    assert any(REFUSED[name] in sentence for sentence in found.wrong), found.wrong


@pytest.mark.parametrize("name", ["simple.json", "simple-json.svg", "simple-did-web-method.json"])
def test_sample_that_was_changed_is_refused(name):
    sample = read(name)

    found = of({**sample, "name": "A Nobel Prize"})

    assert "does not belong to this text" in " ".join(found.wrong)


def test_revoked_sample_is_refused_by_its_list_alone():
    sample = read(REVOKED)
    url = sample["credentialStatus"]["statusListCredential"]

    assert of(sample, {url: read(LIST)}).wrong == ("The issuer has revoked the credential.",)
    assert of(sample).holds
    assert "was not checked" in of(sample).notes[0]


@pytest.mark.parametrize("name", [*SOUND[:4], REVOKED, LIST, "sd/derivedcredential.json"])
def test_statements_of_a_sample_are_those_of_an_independent_program(name):
    sample = read(name)

    assert canonical_text(quads(sample)) == by_pyld(sample)
