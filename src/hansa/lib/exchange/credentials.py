"""Issue what a participant takes along: an Open Badges 3.0 credential that anybody can verify offline.

It is a Verifiable Credential 2.0 in which an institution says what a stay achieved. Two forms of
proof: embedded, by the cryptosuite eddsa-jcs-2022 (W3C Data Integrity EdDSA 1.0, section 3.3), and
as a JWT (VC-JOSE-COSE 1.0; Open Badges 3.0, section 8.2) with EdDSA. Both name the institution's
key as did:key, so nothing has to be fetched. The holder is named by a salted hash alone
(IdentityObject, Open Badges 3.0, section 7.8): who knows the e-mail address and the salt can
confirm whose it is, and nobody can read it out of the credential.

    credential = embedded(badge(stay), key=key, now=now)
    verify(credential, now=now)          # () where nothing is wrong
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hansa.lib.canonical import JSON, canonical, parse
from hansa.lib.errors import HansaError, SignatureError
from hansa.lib.exchange import did_keys
from hansa.lib.keys import SigningKey, VerifyingKey

CONTEXT = ("https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json")
TYPES = ("VerifiableCredential", "OpenBadgeCredential")
SUITE = "eddsa-jcs-2022"
JWT_TYPE = "vc+jwt"
PARTS_OF_JWT = 3


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


def badge(stay: Stay, *, key: VerifyingKey) -> dict[str, JSON]:
    """Return the credential of a stay, not yet signed."""
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
    }


def moment(at: datetime) -> str:
    """Return a moment as credentials write it, in UTC and whole seconds."""
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


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
    """Return the credential with a proof in it (eddsa-jcs-2022)."""
    options: dict[str, JSON] = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": moment(now),
        "verificationMethod": did_keys.method(key.public),
        "proofPurpose": "assertionMethod",
        "@context": credential["@context"],
    }
    value = "z" + did_keys.base58(key.sign(hashed(credential, options)))
    return {**credential, "proof": [{**options, "proofValue": value}]}


def hashed(credential: Mapping[str, JSON], options: Mapping[str, JSON]) -> bytes:
    """Return what is signed: the hashes of the proof's options and of the credential (section 3.3.4)."""
    return b"".join(hashlib.sha256(canonical(dict(part))).digest() for part in (options, credential))


def as_jwt(credential: Mapping[str, JSON], *, key: SigningKey) -> str:
    """Return the credential as a signed JWT."""
    header = {"alg": "EdDSA", "typ": JWT_TYPE, "kid": did_keys.method(key.public)}
    text = f"{encoded(header)}.{encoded(credential)}"
    return f"{text}.{_encode(key.sign(text.encode()))}"


def encoded(value: Mapping[str, Any]) -> str:
    """Return an object as a part of a JWT."""
    return _encode(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise SignatureError("A part of the JWT is not base64url.", "Copy it again, whole.") from None


def read_jwt(token: str) -> dict[str, Any]:
    """Return the credential in a JWT after checking its signature, or raise SignatureError."""
    parts = token.split(".")
    if len(parts) != PARTS_OF_JWT:
        raise SignatureError("This is no JWT of three parts.", "Copy it again, whole.")
    header, credential = parse(_decode(parts[0])), parse(_decode(parts[1]))
    if not isinstance(header, dict) or not isinstance(credential, dict) or header.get("alg") != "EdDSA":
        raise SignatureError("The JWT is not signed with EdDSA.", "Ask the issuer for one that is.")
    key = did_keys.key_of(str(header.get("kid", "")))
    key.verify(f"{parts[0]}.{parts[1]}".encode(), _decode(parts[2]))
    _check_issuer(credential, key)
    return credential


def verify(credential: Any, *, now: datetime) -> tuple[str, ...]:
    """Return in sentences what is wrong with a credential with an embedded proof; nothing where it holds."""
    if not isinstance(credential, dict):
        return ("This is no credential: it is not an object.",)
    found = [*_form(credential), *_subject(credential.get("credentialSubject")), *_days(credential, now=now)]
    try:
        _check_proof(credential)
    except HansaError as wrong:
        found.append(str(wrong))
    return tuple(found)


def _form(credential: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with context, types and issuer (Open Badges 3.0, section B.1)."""
    found = []
    context = credential.get("@context")
    if not isinstance(context, list) or tuple(context[:1]) != CONTEXT[:1] or not _is_badge(context):
        found.append("The context is not that of Verifiable Credentials 2.0 followed by that of Open Badges 3.0.")
    types = credential.get("type")
    if not isinstance(types, list) or TYPES[0] not in types or not {TYPES[1], "AchievementCredential"} & set(types):
        found.append("The types are not those of an Open Badges 3.0 credential.")
    issuer = credential.get("issuer")
    if not isinstance(issuer, dict) or not issuer.get("id") or "Profile" not in _types(issuer):
        found.append("The issuer is no profile with an id.")
    return found


def _is_badge(context: list[Any]) -> bool:
    return any(isinstance(one, str) and one.startswith("https://purl.imsglobal.org/spec/ob/v3p0/") for one in context)


def _types(value: Mapping[str, Any]) -> list[Any]:
    types = value.get("type")
    return types if isinstance(types, list) else [types]


def _subject(subject: Any) -> list[str]:
    """Say what is wrong with who achieved what."""
    if not isinstance(subject, dict) or "AchievementSubject" not in _types(subject):
        return ["The subject is no achievement subject."]
    achievement = subject.get("achievement")
    if not isinstance(achievement, dict) or "Achievement" not in _types(achievement):
        return ["The subject names no achievement."]
    needed = ("id", "name", "description", "criteria")
    found = [f"The achievement says nothing about its {name}." for name in needed if not achievement.get(name)]
    kinds = {"result": "Result", "identifier": "IdentityObject"}
    for name, kind in kinds.items():
        if any(not isinstance(one, dict) or kind not in _types(one) for one in subject.get(name, [])):
            found.append(f"A {name} of the subject is not of the type {kind}.")
    return found


def _days(credential: Mapping[str, Any], *, now: datetime) -> list[str]:
    """Say whether the credential is not valid yet, or not any more."""
    if "validFrom" not in credential:
        return ["The credential does not say from when it is valid."]
    moments = {name: _moment(credential[name]) for name in ("validFrom", "validUntil") if name in credential}
    found = [f"{name} is no moment with a time zone." for name, at in moments.items() if at is None]
    since, until = moments["validFrom"], moments.get("validUntil")
    if since is not None and since > now:
        found.append("The credential is not valid yet.")
    if until is not None and until < now:
        found.append("The credential is not valid any more.")
    return found


def _moment(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _check_proof(credential: Mapping[str, Any]) -> None:
    proofs = credential.get("proof")
    proof = proofs[0] if isinstance(proofs, list) and proofs else proofs
    if not isinstance(proof, dict):
        raise SignatureError("The credential has no proof.", "Ask the holder for the signed one.")
    if (proof.get("type"), proof.get("cryptosuite"), proof.get("proofPurpose")) != (
        "DataIntegrityProof",
        SUITE,
        "assertionMethod",
    ):
        raise SignatureError("The proof is of another kind than Hansa checks.", f"Ask the issuer for {SUITE} or a JWT.")
    key = did_keys.key_of(str(proof.get("verificationMethod", "")))
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    bare = {name: value for name, value in credential.items() if name != "proof"}
    value = str(proof.get("proofValue", ""))
    if not value.startswith("z"):
        raise SignatureError("The value of the proof is not base58.", "Copy it again, whole.")
    key.verify(hashed(bare, options), did_keys.from_base58(value[1:]))
    _check_issuer(credential, key)


def _check_issuer(credential: Mapping[str, Any], key: VerifyingKey) -> None:
    issuer = credential.get("issuer")
    name = issuer.get("id") if isinstance(issuer, dict) else issuer
    if name != did_keys.did(key):
        raise SignatureError("The proof was made with another key than the issuer's.", "Ask the issuer for a new one.")
