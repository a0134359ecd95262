"""Issue what a participant takes along: an Open Badges 3.0 credential that anybody can verify offline.

It is a Verifiable Credential 2.0 in which an institution says what a stay achieved. Two forms of
proof: embedded, by the cryptosuite eddsa-rdfc-2022 that verifiers of Open Badges read (see
`data_integrity`), and as a JWT with EdDSA (see `tokens`) for those who read no JSON-LD. Both name
the institution's key as did:key, so nothing has to be fetched. The holder is named by a salted hash
alone (IdentityObject, Open Badges 3.0, section 7.8): who knows the e-mail address and the salt can
confirm whose it is, and nobody can read it out of the credential.

    credential = embedded(badge(stay, key=key.public), key=key, now=now)
    verify(credential, now=now)          # () where nothing is wrong
    report(of_others, now=now).notes     # what could not be checked without fetching
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from hansa.lib.canonical import JSON
from hansa.lib.errors import HansaError, SignatureError
from hansa.lib.exchange import badge_rules, data_integrity, did_keys, status_lists, tokens
from hansa.lib.exchange.data_integrity import demand_issuer, moment
from hansa.lib.exchange.did_keys import NamedKey
from hansa.lib.exchange.vocabulary import BADGES, CREDENTIALS
from hansa.lib.keys import SigningKey, VerifyingKey

CONTEXT = (CREDENTIALS, BADGES)
TYPES = ("VerifiableCredential", "OpenBadgeCredential")
NO_LISTS: Mapping[str, Any] = MappingProxyType({})
OWNER = "The proof holds; whether its key is the issuer's was not looked up at the issuer's address."
BARE_KEY = "The signature holds; the key stands in the JWT itself, and nothing ties it to the issuer."


@dataclass(frozen=True, kw_only=True)
class Stay:
    """What a credential says: which institution issues it, for what, to whom, with which results."""

    urn: str
    issuer: str
    issuer_url: str
    title: str
    description: str
    criteria: str
    email: str
    salt: str
    results: tuple[tuple[str, str], ...]
    credits: str
    since: datetime


def badge(stay: Stay, *, key: VerifyingKey, status: Mapping[str, JSON] | None = None) -> dict[str, JSON]:
    """Return the credential of a stay, not yet signed; `status` is its `status_lists.entry` where it can be revoked."""
    described: list[JSON] = [
        {"id": f"{stay.urn}:result:{number}", "type": ["ResultDescription"], "name": name, "resultType": "Result"}
        for number, (name, _value) in enumerate(stay.results, start=1)
    ]
    results: list[JSON] = [
        {"type": ["Result"], "resultDescription": f"{stay.urn}:result:{number}", "value": value}
        for number, (_name, value) in enumerate(stay.results, start=1)
    ]
    achievement: dict[str, JSON] = {
        "id": f"{stay.urn}:achievement",
        "type": ["Achievement"],
        "name": stay.title,
        "description": stay.description,
        "criteria": {"narrative": stay.criteria},
        "resultDescription": described,
    }
    return {
        "@context": list(CONTEXT),
        "id": f"{stay.urn}:credential",
        "type": list(TYPES),
        "issuer": {"id": did_keys.did(key), "type": ["Profile"], "name": stay.issuer, "url": stay.issuer_url},
        "validFrom": moment(stay.since),
        "name": stay.title,
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                holder(stay.email, salt=stay.salt) if stay.email else holder(stay.urn, salt=stay.salt, kind="systemId")
            ],
            "achievement": achievement,
            "result": results,
            **({"creditsEarned": float(stay.credits)} if stay.credits else {}),
        },
        **({"credentialStatus": dict(status)} if status else {}),
    }


def holder(name: str, *, salt: str, kind: str = "emailAddress") -> dict[str, JSON]:
    """Return the holder as a salted hash of the e-mail address or another name (Open Badges 3.0, IdentityObject)."""
    hashed = hashlib.sha256((name + salt).encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "identityHash": f"sha256${hashed}",
        "identityType": kind,
        "hashed": True,
        "salt": salt,
    }


def belongs_to(credential: Mapping[str, Any], email: str) -> bool:
    """Tell whether a credential was issued to whoever has an e-mail address."""
    identifiers = credential["credentialSubject"].get("identifier", [])
    return any(one == holder(email, salt=str(one.get("salt", ""))) for one in identifiers)


def embedded(credential: Mapping[str, JSON], *, key: SigningKey, now: datetime) -> dict[str, JSON]:
    """Return the credential with a proof in it (eddsa-rdfc-2022)."""
    return data_integrity.prove(credential, key=key, now=now)


def as_jwt(credential: Mapping[str, JSON], *, key: SigningKey) -> str:
    """Return the credential as a signed JWT."""
    return tokens.sign(credential, key=key)


def read_jwt(token: str) -> dict[str, Any]:
    """Return the credential in a JWT signed by a did:key of its issuer, or raise SignatureError."""
    opened = tokens.opened(token)
    if opened.named is None or not opened.named.is_owned:
        raise SignatureError("The JWT names a key that cannot be tied to its issuer.", "Ask for one by did:key.")
    demand_issuer(opened.payload, opened.named)
    return opened.payload


@dataclass(frozen=True)
class Report:
    """What is wrong with a credential, and what could not be checked without fetching something."""

    wrong: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Tell whether nothing is wrong, as far as it could be checked."""
        return not self.wrong


def verify(credential: Any, *, now: datetime) -> tuple[str, ...]:
    """Return in sentences what is wrong or unproven about a credential; nothing where it holds."""
    found = report(credential, now=now)
    return (*found.wrong, *found.notes)


def report(credential: Any, *, now: datetime, lists: Mapping[str, Any] = NO_LISTS) -> Report:
    """Return what is wrong with a credential with an embedded proof; `lists` are status lists by their addresses."""
    if not isinstance(credential, dict):
        return Report(("This is no credential: it is not an object.",))
    found = _about(credential, now=now, lists=lists)
    try:
        keys = data_integrity.check(credential, now=now)
        for named in keys:
            demand_issuer(credential, named)
    except HansaError as wrong:
        return Report((*found.wrong, str(wrong)), found.notes)
    return Report(found.wrong, (*found.notes, *_unowned(keys)))


def report_jwt(token: str, *, now: datetime, lists: Mapping[str, Any] = NO_LISTS) -> Report:
    """Return what is wrong with a credential as a JWT."""
    try:
        opened = tokens.opened(token)
        if opened.named is not None:
            demand_issuer(opened.payload, opened.named)
    except HansaError as wrong:
        return Report((str(wrong),))
    found = _about(opened.payload, now=now, lists=lists)
    notes = _unowned([opened.named]) if opened.named else (BARE_KEY,)
    return Report((*found.wrong, *tokens.mismatches(opened.payload, now=now)), (*found.notes, *notes))


def _about(credential: Mapping[str, Any], *, now: datetime, lists: Mapping[str, Any]) -> Report:
    standing = status_lists.check(credential, lists=lists, now=now)
    return Report((*badge_rules.faults(credential, now=now), *standing.wrong), standing.notes)


def _unowned(keys: Iterable[NamedKey]) -> tuple[str, ...]:
    return () if all(named.is_owned for named in keys) else (OWNER,)
