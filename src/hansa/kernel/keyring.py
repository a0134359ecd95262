"""Which keys an institution had: the present ones, and those it signed away in rotations.

What was signed with an earlier key still counts for what it was then: a cosignature, a
checkpoint, a letter in a bundle. The rotations themselves are in the letters that told
of them, on both sides.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from hansa.kernel.identity import own
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner
from hansa.lib import rotation
from hansa.lib.errors import SignatureError
from hansa.lib.keys import Identity, VerifyingKey
from hansa.lib.signatures import payload_of

ROTATED = "partners.rotated"
T = TypeVar("T")


def rotations(institution: str) -> list[str]:
    """Return the statements by which an institution changed its keys, oldest first."""
    rows = LetterRow.objects.filter(kind=ROTATED).order_by("created")
    if institution == own().id:
        rows = rows.filter(direction=LetterRow.Direction.OUT)
    else:
        rows = rows.filter(direction=LetterRow.Direction.IN, partner=institution, state=LetterRow.State.APPLIED)
    # One statement goes to every partner.
    return list(dict.fromkeys(stated(token) for token in rows.values_list("token", flat=True)))


def stated(token: str) -> str:
    """Return the rotation in a letter, which was checked before the letter was kept."""
    letter: Any = payload_of(token)
    return str(letter["body"]["rotation"])


def past(present: Identity) -> list[Identity]:
    """Return the identities that led to this one, latest first, as far as the statements hold."""
    found: list[Identity] = []
    for token in reversed(rotations(present.id)):
        claimed: Any = payload_of(token)
        before = Identity.from_json(claimed["previous"])
        if claimed["following"] == (found[-1] if found else present).to_json():
            rotation.read(token, previous=before)
            found.append(before)
    return found


def signing_keys(institution: str) -> list[VerifyingKey]:
    """Return the key an institution signs with, then those it had before; none for a stranger."""
    if institution == own().id:
        present: Identity | None = own().identity
    else:
        partner = Partner.objects.filter(institution=institution).first()
        present = partner.keys if partner is not None else None
    return [identity.signing for identity in (present, *past(present))] if present is not None else []


def keys_since(institution: str, named: VerifyingKey) -> list[VerifyingKey]:
    """Return the key that a memorandum names for an institution and those that took its place, oldest last."""
    keys = signing_keys(institution)
    return keys[: keys.index(named) + 1] if named in keys else [named]


def by_one_of(institution: str, check: Callable[[VerifyingKey], T]) -> T:
    """Return what a check finds with the first of an institution's keys that holds; raise what the present key says."""
    present, *earlier = signing_keys(institution)
    try:
        return check(present)
    except SignatureError:
        for key in earlier:
            with suppress(SignatureError):
                return check(key)
        raise
