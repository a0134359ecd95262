"""A small study of three institutions as its lead exports it, with every part real."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hansa.lib import checkpoints, merkle
from hansa.lib.bundle_checks import Kinds
from hansa.lib.bundle_form import Bundle, Entry, Exchange, Witnessed
from hansa.lib.canonical import canonical, digest
from hansa.lib.keys import Identity, SigningKey
from hansa.lib.letters import Letter, Receipt
from hansa.lib.signatures import assemble, sign_general
from hansa.lib.terms import Limit, Vocabulary
from tests.lib.example_agreement import (
    CHARITE,
    HOSPITAL,
    INSTITUTET,
    INSTITUTIONS,
    KEYS,
    SEALING_KEYS,
    clause,
    document,
    signed,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RECORD = "urn:hansa:studies:01234567-89ab-cdef-0123-456789abcdef"
ACTIONS = ("studies.propose", "studies.approve", "studies.contribute")
VOCABULARIES = {
    "studies": Vocabulary(
        area="studies",
        actions=frozenset(ACTIONS),
        limits={"minimum_cell": Limit(kind="integer", direction="at_least", low=1, high=1000)},
    )
}
KINDS = Kinds(
    permits={
        "studies.proposed": "studies.propose",
        "studies.approved": "studies.approve",
        "studies.contributed": "studies.contribute",
        "studies.noted": None,
    },
    approves=frozenset({"studies.approved"}),
    contributes=frozenset({"studies.contributed"}),
)
DOCUMENT = document(
    clauses=[clause("4.1", permits=list(ACTIONS), purposes=["DUO:0000006"], limits={"minimum_cell": 10})]
)
AGREEMENT = digest(DOCUMENT)
TERMS = {"parties": list(INSTITUTIONS), "purposes": ["DUO:0000006"], "limits": {"minimum_cell": 10}}


def write_letter(number: int, *, sender: str, recipient: str, kind: str, **changes: Any) -> Letter:
    fields = {
        "id": f"{number:032x}",
        "sender": sender,
        "recipient": recipient,
        "kind": kind,
        "record": RECORD,
        "agreement": AGREEMENT,
        "clause": "4.1",
        "terms": TERMS,
        "sequence": number,
        "created": f"2026-11-23T12:00:{number:02}.000Z",
        "body": {"number": number},
        **changes,
    }
    return Letter(**fields)


LETTERS = [
    write_letter(1, sender=CHARITE, recipient=INSTITUTET, kind="studies.proposed"),
    write_letter(2, sender=CHARITE, recipient=HOSPITAL, kind="studies.proposed"),
    write_letter(3, sender=INSTITUTET, recipient=CHARITE, kind="studies.approved"),
    write_letter(4, sender=HOSPITAL, recipient=CHARITE, kind="studies.approved"),
    write_letter(5, sender=CHARITE, recipient=INSTITUTET, kind="studies.approved"),
    write_letter(6, sender=CHARITE, recipient=HOSPITAL, kind="studies.approved"),
    write_letter(7, sender=INSTITUTET, recipient=CHARITE, kind="studies.contributed"),
    write_letter(8, sender=HOSPITAL, recipient=CHARITE, kind="studies.contributed"),
    write_letter(9, sender=HOSPITAL, recipient=CHARITE, kind="studies.contributed"),
    write_letter(10, sender=HOSPITAL, recipient=CHARITE, kind="studies.noted", agreement="", clause="", terms={}),
]
REFUSED = frozenset({9})


def answer(said: Letter, *, key: SigningKey | None = None, **changes: Any) -> str:
    fields = {
        "letter": said.id,
        "digest_of_letter": said.digest,
        "sender": said.recipient,
        "recipient": said.sender,
        "outcome": "refused" if said.sequence in REFUSED else "applied",
        "reason": "",
        "remedy": "",
        "at": said.created,
        **changes,
    }
    return Receipt(**fields).sign(key or KEYS[said.recipient])


def exchange(letter: Letter, *, key: SigningKey | None = None) -> Exchange:
    return Exchange(letter.sign(key or KEYS[letter.sender]), answer(letter))


def tell(letter: Letter) -> dict[str, Any]:
    if letter.sender == CHARITE:
        return {"action": letter.kind, "letters": [letter.id], "moves": {}}
    return {"letter": letter.id, "digest": letter.digest, "kind": letter.kind, "letters": []}


class Ledger:
    """Hold what the lead's ledger holds."""

    def __init__(self, bodies: Iterable[Any]) -> None:
        self.bodies = [canonical(body).decode() for body in bodies]
        self.frontier = merkle.Frontier()
        self.blobs: list[bytes] = []
        self.roots = [merkle.EMPTY_ROOT]
        for body in self.bodies:
            self.blobs.append(self.frontier.add(merkle.leaf_hash(body.encode())))
            self.roots.append(self.frontier.root())

    def node(self, level: int, index: int) -> bytes:
        return self.blobs[merkle.position_of(level, index)][level * 32 : (level + 1) * 32]

    @property
    def size(self) -> int:
        return len(self.bodies)

    def note(self, size: int, *, key: SigningKey = KEYS[CHARITE]) -> str:
        return checkpoints.write(size, self.roots[size], key=key, name=CHARITE)

    def entry(self, position: int) -> Entry:
        proof = merkle.prove_inclusion(position, size=self.size, node=self.node)
        return Entry(position, self.bodies[position], [value.hex() for value in proof])

    def witnessed(self, size: int, *, by: str, key: SigningKey | None = None) -> Witnessed:
        note = self.note(size)
        line = checkpoints.cosign(checkpoints.parse(note).checkpoint, key=key or KEYS[by], name=by, at=NOW)
        proof = merkle.prove_consistency(size, new=self.size, node=self.node)
        return Witnessed(by, note, line, [value.hex() for value in proof])


def identity(institution: str) -> Identity:
    return Identity(institution, KEYS[institution].public, SEALING_KEYS[institution].public)


def result(*, by: Iterable[str] = INSTITUTIONS, as_: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    payload = {"hansa": "result/1", "study": RECORD, "rows": 686, **changes}
    named = as_ or {}
    return assemble(
        payload,
        [sign_general(payload, key=KEYS[one], kind="result", header={"party": named.get(one, one)}) for one in by],
    )


def bundle(sent: Iterable[Letter] = LETTERS, *, told: Iterable[Any] | None = None, **changes: Any) -> Bundle:
    """Return the bundle of the letters sent; `told` are the bodies of the ledger where they differ."""
    letters = list(sent)
    ledger = Ledger([{"action": "other"}, *(told if told is not None else map(tell, letters)), {"action": "later"}])
    whole = Bundle(
        record=RECORD,
        institution=CHARITE,
        agreements=[signed(DOCUMENT)],
        letters=[exchange(letter) for letter in letters],
        entries=[ledger.entry(position) for position in range(1, ledger.size - 1)],
        checkpoint=ledger.note(ledger.size),
        cosignatures=[
            ledger.witnessed(max(ledger.size - 2, 1), by=INSTITUTET),
            ledger.witnessed(ledger.size, by=HOSPITAL),
        ],
        identities=[identity(institution) for institution in INSTITUTIONS],
        result=result(),
        created="2026-11-23T12:30:00.000Z",
    )
    return replace(whole, **changes)
