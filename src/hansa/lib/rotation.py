"""Say that an institution changes its keys, so that nobody has to compare fingerprints again.

The old key signs which keys come next, and the new key signs that its owner agrees. Only
who holds both can make such a statement: a thief of one key cannot, and nobody can claim
a key that is not theirs. Statements form a chain from the keys which people once compared
to those in use now, and every link can be checked offline.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hansa.lib.canonical import JSON
from hansa.lib.errors import SignatureError
from hansa.lib.keys import Identity, SigningKey
from hansa.lib.letters import Statement, moment
from hansa.lib.signatures import sign, verify

PROOF = "possession"
_REMEDY = "Compare the fingerprint of the new key by telephone instead."


@dataclass(frozen=True, kw_only=True)
class Rotation(Statement):
    """Name the keys an institution has and those that come next; `proof` is signed by the next one."""

    KIND = "rotation"

    previous: dict  # type: ignore[type-arg]  # reason: checked with isinstance; an identity as JSON
    following: dict  # type: ignore[type-arg]  # reason: as above
    at: str
    proof: str

    @property
    def proven(self) -> dict[str, JSON]:
        """Return what the next key signs."""
        return _proven(self.previous, self.following, at=self.at)


def _proven(previous: Mapping[str, JSON], following: Mapping[str, JSON], *, at: str) -> dict[str, JSON]:
    return {"hansa": f"{PROOF}/1", "previous": dict(previous), "following": dict(following), "at": at}


def write(previous: Identity, following: Identity, *, old: SigningKey, new: SigningKey, at: datetime) -> str:
    """Return the statement that one identity takes the place of another, signed by both keys."""
    proven = _proven(previous.to_json(), following.to_json(), at=moment(at))
    rotation = Rotation(
        previous=dict(previous.to_json()),
        following=dict(following.to_json()),
        at=moment(at),
        proof=sign(proven, key=new, kind=PROOF),
    )
    return rotation.sign(old)


def read(token: str, *, previous: Identity) -> Identity:
    """Return the keys that come after these, or raise SignatureError unless both keys signed."""
    said = Rotation.read(token, key=previous.signing)
    following = Identity.from_json(said.following)
    if said.previous != previous.to_json() or following.id != previous.id:
        raise SignatureError("The rotation is about other keys, or another institution, than its signer's.", _REMEDY)
    if following.signing == previous.signing:
        raise SignatureError("The rotation names the same key again.", _REMEDY)
    if verify(said.proof, key=following.signing, kind=PROOF) != said.proven:
        raise SignatureError("The new key proves its owner for another rotation.", _REMEDY)
    return following


def chain(tokens: Iterable[str], *, first: Identity) -> list[Identity]:
    """Return every identity an institution had, oldest first; a link that does not fit is refused."""
    found = [first]
    for token in tokens:
        found.append(read(token, previous=found[-1]))
    return found
