"""A partner on paper: keys, a ledger and letters made with the pure library alone.

The node under test is real; the other side is what a stranger could write from the
description of the letters. So every test of the inbox and the outbox also shows that
nothing but the format is needed to speak with a node.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hansa.kernel.agreements import name_of
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, Partner
from hansa.lib import agreement as documents
from hansa.lib import checkpoints, merkle
from hansa.lib.canonical import JSON, canonical, digest, parse
from hansa.lib.decision import Request
from hansa.lib.keys import Identity, SealingKey, SigningKey
from hansa.lib.letters import Hop, Letter, Receipt, moment, new_id
from hansa.lib.merkle import Frontier
from hansa.lib.sealing import seal, unseal

STOCKHOLM = "https://ror.org/056d84691"
SOLNA = "https://ror.org/00m8d6786"
NAMES = {STOCKHOLM: "Karolinska Institutet", SOLNA: "Karolinska University Hospital"}
PERMITS = [
    f"studies.{verb}" for verb in ("propose", "approve", "decline", "withdraw", "contribute", "release", "count")
]


@dataclass
class PaperPartner:
    """An institution that exists only as keys, a ledger and the letters it writes."""

    id: str = STOCKHOLM
    signing: SigningKey = field(default_factory=SigningKey.generate)
    sealing: SealingKey = field(default_factory=SealingKey.generate)
    sequence: int = 0
    shown: int = 0
    seen_receipts: int = 0
    leaves: list[bytes] = field(default_factory=lambda: [b"first"])

    @property
    def identity(self) -> Identity:
        """Return its public keys."""
        return Identity(id=self.id, signing=self.signing.public, sealing=self.sealing.public)

    def row(self, *, state: str = Partner.State.KNOWN, address: str = "") -> Partner:
        """Put it among the partners of the node under test; call it where saving is allowed."""
        partner = Partner(
            institution=self.id, name=NAMES[self.id], address=address, identity=self.identity.to_json(), state=state
        )
        partner.save()
        return partner

    def party(self, *signatories: str) -> dict[str, JSON]:
        """Return it as a party of a memorandum."""
        return party_of(self.identity, NAMES[self.id], list(signatories))

    def checkpoint(self) -> str:
        """Return the signed note of its ledger."""
        frontier = Frontier()
        for leaf in self.leaves:
            frontier.add(merkle.leaf_hash(leaf))
        return checkpoints.write(frontier.size, frontier.root(), key=self.signing, name=self.id)

    def witness(self, *, since: int) -> dict[str, JSON]:
        """Return its checkpoint with the proof that it grew from a size."""
        size = len(self.leaves)
        nodes: dict[tuple[int, int], bytes] = {}
        frontier = Frontier()
        for position, leaf in enumerate(self.leaves):
            completed = frontier.add(merkle.leaf_hash(leaf))
            for level in range(len(completed) // 32):
                nodes[level, position >> level] = completed[32 * level : 32 * level + 32]
        proof = (
            merkle.prove_consistency(since, new=size, node=lambda level, index: nodes[level, index])
            if 0 < since < size
            else []
        )
        return {"checkpoint": self.checkpoint(), "from": since, "proof": [step.hex() for step in proof]}

    def write(self, kind: str, *, record: str = "", body: dict[str, Any] | None = None, **changes: Any) -> Letter:
        """Write the next letter to the node under test."""
        self.sequence += 1
        self.leaves.append(f"letter {self.sequence}".encode())
        under: Request | None = changes.pop("under", None)
        terms: dict[str, JSON] = {}
        if under is not None:
            terms = {"parties": list(under.parties), "purposes": list(under.purposes), "limits": dict(under.limits)}
        values: dict[str, Any] = {
            "id": new_id(),
            "sender": self.id,
            "recipient": own().id,
            "kind": kind,
            "record": record,
            "agreement": (under.agreement or "") if under else "",
            "clause": (under.clause or "") if under else "",
            "terms": terms,
            "sequence": self.sequence,
            "created": moment(datetime.now(UTC)),
            "body": body or {},
        }
        return Letter(**{**values, **changes})

    def seal_letter(self, letter: Letter, **content: Any) -> dict[str, JSON]:
        """Put a letter in an envelope for the node under test, with a witness of its ledger."""
        inside = {
            "letter": letter.sign(self.signing),
            "witness": self.witness(since=self.shown),
            "seen": self.seen_receipts,
            **content,
        }
        self.shown = len(self.leaves)
        return self.envelope(inside)

    def envelope(self, content: dict[str, JSON], **changes: Any) -> dict[str, JSON]:
        """Seal any content for the node under test and sign the outside."""
        sealed = seal(canonical(content), to=own().sealing.public)
        return self.address(sealed, **changes)

    def address(self, sealed: str, *, to: str = "", at: datetime | None = None) -> dict[str, JSON]:
        """Return an envelope around sealed content."""
        recipient = to or own().id
        hop = Hop(sender=self.id, recipient=recipient, sealed=digest(sealed), at=moment(at or datetime.now(UTC)))
        return {
            "hansa": "envelope/1",
            "to": recipient,
            "from": self.id,
            "sealed": sealed,
            "hop": hop.sign(self.signing),
        }

    def open(self, envelope: Any) -> dict[str, Any]:
        """Return what the node under test sealed for it."""
        content = parse(unseal(envelope["sealed"], key=self.sealing))
        assert isinstance(content, dict)
        return content

    def answer(self, envelope: Any, *, outcome: str = "applied", reason: str = "", remedy: str = "") -> dict[str, JSON]:
        """Return the receipt for a letter in an envelope from the node under test."""
        content = self.open(envelope)
        letter = Letter.read(content["letter"], key=own().signing.public)
        self.leaves.append(f"receipt {letter.id}".encode())
        receipt = Receipt(
            letter=letter.id,
            digest_of_letter=letter.digest,
            sender=self.id,
            recipient=own().id,
            outcome=outcome,
            reason=reason,
            remedy=remedy,
            at=moment(datetime.now(UTC)),
        )
        note = content["witness"]["checkpoint"]
        checkpoint = checkpoints.verify(note, key=own().signing.public, name=own().id)
        return self.envelope(
            {
                "receipt": receipt.sign(self.signing),
                "witness": self.witness(since=content["seen"]),
                "note": note,
                "cosignature": checkpoints.cosign(checkpoint, key=self.signing, name=self.id, at=datetime.now(UTC)),
                "seen": checkpoint.size,
            }
        )


def party_of(identity: Identity, name: str, signatories: list[str]) -> dict[str, JSON]:
    """Return an institution as a party of a memorandum."""
    named = [{"name": who, "office": "Chief executive", "delegation": "statute"} for who in signatories or ["Someone"]]
    return {
        "id": identity.id,
        "name": name,
        "country": "SE",
        "signing_key": identity.signing.text,
        "sealing_key": identity.sealing.text,
        "signatories": named,  # type: ignore[dict-item]  # reason: plain JSON
    }


def memorandum(*partners: PaperPartner, signatory: str = "Ada", **changes: Any) -> dict[str, Any]:
    """Return the document of a memorandum between the node under test and partners."""
    words = {"en": "Joint research", "de": "Gemeinsame Forschung", "sv": "Gemensam forskning"}
    clause = {
        "id": "4.1",
        "area": "studies",
        "title": words,
        "text": words,
        "parties": "all",
        "permits": list(PERMITS),
        "purposes": ["DUO:0000042"],
        "limits": {"minimum_cell": 5, "minimum_sites": 2, "time_grid_days": 1, "release": "automatic"},
        "person": [],
    }
    return {
        "hansa": "agreement/1",
        "id": "urn:hansa:agreement:01234567-89ab-4def-8123-456789abcdef",
        "version": 1,
        "previous": None,
        "title": words,
        "preamble": words,
        "parties": [party_of(own().identity, own().name, [signatory]), *(partner.party() for partner in partners)],
        "valid": {"from": "2026-01-01", "until": None, "notice_days": 90},
        "clauses": [clause],
        **changes,
    }


def in_force(document: dict[str, Any], *partners: PaperPartner, signatory: str = "Ada") -> Agreement:
    """Put a memorandum signed by everyone on the node under test; call it where saving is allowed."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    office = "Chief executive"
    signatures = {
        own().id: documents.sign(document, key=own().signing, party=own().id, name=signatory, office=office, at=at)
    }
    for partner in partners:
        signatures[partner.id] = documents.sign(
            document, key=partner.signing, party=partner.id, name="Someone", office=office, at=at
        )
    agreement = Agreement(
        id=name_of(digest(document)),
        document=document,
        hash=digest(document),
        signatures=signatures,
        state=Agreement.State.IN_FORCE,
    )
    agreement.save()
    return agreement
