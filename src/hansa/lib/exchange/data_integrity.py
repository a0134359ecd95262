"""Sign a document inside itself and check such proofs (W3C Data Integrity 1.0, Data Integrity EdDSA 1.0).

Two cryptosuites over Ed25519: eddsa-rdfc-2022 (section 3.2) signs what a document says, in the
canonical text of its statements, and is what verifiers of Open Badges read; eddsa-jcs-2022
(section 3.3) signs its canonical JSON. Hansa makes the first and reads both.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from hansa.lib.canonical import JSON, canonical
from hansa.lib.errors import SignatureError
from hansa.lib.exchange import did_keys
from hansa.lib.exchange.canonical_rdf import canonical_text
from hansa.lib.exchange.did_keys import NamedKey
from hansa.lib.exchange.linked_data import quads
from hansa.lib.keys import SigningKey

RDFC, JCS = "eddsa-rdfc-2022", "eddsa-jcs-2022"
KIND, PURPOSE = "DataIntegrityProof", "assertionMethod"


def moment(at: datetime) -> str:
    """Return a moment as credentials write it, in UTC and whole seconds."""
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def read_moment(text: Any) -> datetime | None:
    """Return the moment that a credential writes, or None where it is none with a time zone."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def prove(document: Mapping[str, JSON], *, key: SigningKey, now: datetime, suite: str = RDFC) -> dict[str, JSON]:
    """Return a document with a proof in it."""
    options: dict[str, JSON] = {
        "type": KIND,
        "cryptosuite": suite,
        "created": moment(now),
        "verificationMethod": did_keys.method(key.public),
        "proofPurpose": PURPOSE,
        **({"@context": document["@context"]} if suite == JCS else {}),
    }
    value = "z" + did_keys.base58(key.sign(signed_bytes(document, options)))
    return {**document, "proof": [{**options, "proofValue": value}]}


def signed_bytes(document: Mapping[str, JSON], options: Mapping[str, JSON]) -> bytes:
    """Return what is signed: the hashes of the proof's options and of the document (sections 3.2.4 and 3.3.4)."""
    write = WRITERS[options["cryptosuite"]]
    with_context = {"@context": document.get("@context"), **options} if options["cryptosuite"] == RDFC else options
    return b"".join(hashlib.sha256(write(part)).digest() for part in (with_context, document))


def _statements(part: Mapping[str, JSON]) -> bytes:
    return canonical_text(quads(part)).encode()


def _json(part: Mapping[str, JSON]) -> bytes:
    return canonical(dict(part))


WRITERS: Mapping[str, Callable[[Mapping[str, JSON]], bytes]] = MappingProxyType({RDFC: _statements, JCS: _json})


def check(document: Mapping[str, Any], *, now: datetime) -> tuple[NamedKey, ...]:
    """Return the keys of a document's proofs after checking every one Hansa can, or raise an error of Hansa.

    Proofs of other kinds are passed over where at least one of a known kind stands beside them.
    """
    given = document.get("proof")
    proofs: list[Any] = given if isinstance(given, list) else [given]
    if not given or not all(isinstance(proof, dict) for proof in proofs):
        raise SignatureError("The credential has no proof.", "Ask the holder for the signed one.")
    known = [proof for proof in proofs if _is_known(proof)]
    if not known:
        raise SignatureError(
            "The proof is of another kind than Hansa checks.", f"Ask the issuer for {RDFC}, {JCS} or a JWT."
        )
    bare = {name: value for name, value in document.items() if name != "proof"}
    return tuple(_check(bare, proof, now=now) for proof in known)


def _is_known(proof: Mapping[str, Any]) -> bool:
    kind = (proof.get("type"), proof.get("proofPurpose"))
    return kind == (KIND, PURPOSE) and proof.get("cryptosuite") in (RDFC, JCS) and "previousProof" not in proof


def _check(document: Mapping[str, Any], proof: Mapping[str, Any], *, now: datetime) -> NamedKey:
    named = did_keys.named_key(str(proof.get("verificationMethod", "")))
    value = str(proof.get("proofValue", ""))
    if not value.startswith("z"):
        raise SignatureError("The value of the proof is not base58.", "Copy it again, whole.")
    if proof.get("@context", document.get("@context")) != document.get("@context"):
        raise SignatureError("The proof uses other contexts than the credential.", "Ask the issuer for a new one.")
    until = read_moment(proof["expires"]) if "expires" in proof else now
    if until is None or until < now:
        raise SignatureError("The proof is not valid any more.", "Ask the issuer for a new one.")
    options = {name: part for name, part in proof.items() if name != "proofValue"}
    named.key.verify(signed_bytes(document, options), did_keys.from_base58(value[1:]))
    return named


def issuer_of(document: Mapping[str, Any]) -> Any:
    """Return the id of who issued a document."""
    issuer = document.get("issuer")
    return issuer.get("id") if isinstance(issuer, dict) else issuer


def demand_issuer(document: Mapping[str, Any], named: NamedKey) -> None:
    """Raise SignatureError unless a key says it is that of the document's issuer."""
    if issuer_of(document) != named.controller:
        raise SignatureError("The proof was made with another key than the issuer's.", "Ask the issuer for a new one.")
