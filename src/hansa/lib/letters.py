"""Letters: what one institution tells another, as data.

A letter is a signed statement: who says what to whom, about which record, under
which clause, as number how many between the two. Inside an envelope it travels
sealed, together with a witness: the sender's ledger checkpoint and the proof that
it only grew. The recipient answers with a receipt, signed too, that says applied
or refused, and cosigns the checkpoint. Letter and receipt together prove to a
stranger what was said and what became of it.
"""

import uuid
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

from hansa.lib.canonical import JSON, digest
from hansa.lib.decision import Request
from hansa.lib.errors import InvalidError
from hansa.lib.keys import SigningKey, VerifyingKey
from hansa.lib.signatures import sign, verify

SKEW = timedelta(minutes=5)
T = TypeVar("T", bound="Statement")


def moment(at: datetime) -> str:
    """Return a moment as RFC 3339 in UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """Return the moment a text of RFC 3339 names."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError) as wrong:
        raise InvalidError(f"'{text}' is not a date and time.", "Write it like 2026-11-23T14:00:00.000Z.") from wrong
    if at.tzinfo is None:
        raise InvalidError(f"'{text}' names no time zone.", "Write times in UTC, ending in Z.")
    return at


def check_clock(said: datetime, *, now: datetime, who: str) -> None:
    """Refuse a moment that differs from ours by more than the clocks may."""
    if abs(said - now) > SKEW:
        minutes = round((said - now).total_seconds() / 60)
        direction = "ahead of" if minutes > 0 else "behind"
        raise InvalidError(
            f"The clock of {who} is {abs(minutes)} minutes {direction} ours.",
            "Set both clocks by network time (NTP) and send again; the letter is kept.",
        )


class Statement:
    """What letters and receipts share: a closed set of fields and a form of signature."""

    KIND = ""

    def payload(self) -> dict[str, JSON]:
        """Return the statement as the JSON that is signed."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]  # reason: every subclass is a dataclass
        return {"hansa": f"{self.KIND}/1", **values}

    def sign(self, key: SigningKey) -> str:
        """Return the statement signed, as compact JWS."""
        return sign(self.payload(), key=key, kind=self.KIND)

    @property
    def digest(self) -> str:
        """Return the hash that names exactly this statement."""
        return digest(self.payload())

    @classmethod
    def read(cls, token: str, *, key: VerifyingKey) -> Self:
        """Return the statement after checking its signature and its form."""
        payload = verify(token, key=key, kind=cls.KIND)
        return cls._from(payload)

    @classmethod
    def _from(cls, payload: JSON) -> Self:
        named = {f.name: f.type for f in fields(cls)}  # type: ignore[arg-type]  # reason: every subclass is a dataclass
        expected = {"hansa", *named}
        if not isinstance(payload, dict) or set(payload) != expected or payload["hansa"] != f"{cls.KIND}/1":
            raise InvalidError(
                f"This is not a {cls.KIND} of version 1: its fields are not the expected ones.",
                "Both nodes must run a version of Hansa that speaks version 1.",
            )
        values: dict[str, Any] = {name: payload[name] for name in named}
        for name, kind in named.items():
            if not isinstance(values[name], kind if isinstance(kind, type) else object):
                raise InvalidError(f"The field '{name}' of this {cls.KIND} has the wrong type.", "Ask its sender.")
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class Letter(Statement):
    """One thing an institution tells another."""

    KIND = "letter"

    id: str
    sender: str
    recipient: str
    kind: str
    record: str
    agreement: str
    clause: str
    terms: dict  # type: ignore[type-arg]  # reason: checked with isinstance; {} or parties, purposes and limits
    sequence: int
    created: str
    body: dict  # type: ignore[type-arg]  # reason: checked with isinstance; the kind of letter says what is inside

    def request(self, permit: str) -> Request:
        """Return what the recipient asks its memorandum before it applies this letter."""
        terms = self.terms
        if set(terms) != {"parties", "purposes", "limits"}:
            raise InvalidError("The letter does not state its parties, purposes and limits.", "Ask its sender.")
        return Request(
            party=self.sender,
            parties=tuple(str(party) for party in terms["parties"]),
            area=permit.partition(".")[0],
            action=permit,
            clause=self.clause or None,
            agreement=self.agreement or None,
            purposes=tuple(str(purpose) for purpose in terms["purposes"]),
            limits=dict(terms["limits"]),
            by_person=True,
        )


@dataclass(frozen=True, kw_only=True)
class Receipt(Statement):
    """What became of a letter, in the words of its recipient."""

    KIND = "receipt"

    letter: str
    digest_of_letter: str
    sender: str
    recipient: str
    outcome: str
    reason: str
    remedy: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Hop(Statement):
    """Who brings an envelope, and when, so that a stranger is turned away at the door."""

    KIND = "hop"

    sender: str
    recipient: str
    sealed: str
    at: str


def new_id() -> str:
    """Return a fresh name for a letter."""
    return uuid.uuid4().hex
