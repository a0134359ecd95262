"""The ledger of this node: append, prove, verify.

Every change writes one entry in the same transaction: what was done, under which
clause, with which decision. The entries are the leaves of a Merkle tree (lib.merkle).
An entry never holds what would name a person: people stand there as salted hashes.
Beside each entry stands which records it tells of, so that those about one record are
found without reading all.

Entries are added one after the other: a transaction begins with the write lock, on
SQLite by itself and on PostgreSQL as hansa.node.postgresql makes it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from hansa.kernel import keyring
from hansa.kernel.identity import own
from hansa.kernel.models.ledger import LedgerEntry, Mention
from hansa.kernel.models.partners import Cosignature, Partner
from hansa.lib import checkpoints, merkle
from hansa.lib.canonical import JSON, canonical
from hansa.lib.errors import HansaError, RefusedError
from hansa.lib.merkle import HASH_BYTES, Frontier, Node

CHUNK = 5000

# Every change appends, and building these three queries anew would cost more than running them.
SIZE = "SELECT coalesce(max(position) + 1, 0) FROM kernel_ledgerentry"
HASHES = "SELECT position, hashes FROM kernel_ledgerentry WHERE position IN ({})"
INSERT = "INSERT INTO kernel_ledgerentry (position, body, hashes) VALUES (%s, %s, %s)"
MENTION = "INSERT INTO kernel_mention (record, position) VALUES {}"


def append(body: Mapping[str, JSON]) -> LedgerEntry:
    """Add an entry inside the transaction of the change it tells about."""
    if not connection.in_atomic_block:
        raise RefusedError(
            _("An entry can only be added together with the change it tells about."),
            _("Change records through an action, a letter or a job."),
        )
    data = canonical(body)
    frontier = _frontier(size())
    position, hashes = frontier.size, frontier.add(merkle.leaf_hash(data))
    named = mentioned(body)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [position, data.decode(), hashes])
        if named:
            pairs = [value for urn in named for value in (urn, position)]
            cursor.execute(MENTION.format(", ".join(["(%s, %s)"] * len(named))), pairs)
    return LedgerEntry(position=position, body=data.decode(), hashes=hashes)


def mentioned(body: Mapping[str, JSON]) -> list[str]:
    """Return the records that an entry tells of: what it was done to, what that is part of, and what moved."""
    named = {body.get("record"), body.get("about"), *(body.get("moves") or ())}
    return sorted(urn for urn in named if isinstance(urn, str) and urn)


def entries_about(record: str) -> QuerySet[LedgerEntry]:
    """Return the entries that tell of a record, by its URN."""
    return LedgerEntry.objects.filter(position__in=Mention.objects.filter(record=record).values("position"))


def size() -> int:
    """Return the number of entries."""
    with connection.cursor() as cursor:
        cursor.execute(SIZE)
        return int(cursor.fetchone()[0])


def root(entries: int | None = None) -> bytes:
    """Return the root over the first entries, or over all."""
    return _frontier(size() if entries is None else entries).root()


def checkpoint(entries: int | None = None) -> str:
    """Return the signed note which tells how the ledger stands."""
    frontier = _frontier(size() if entries is None else entries)
    return checkpoints.write(frontier.size, frontier.root(), key=own().signing, name=own().id)


def inclusion(position: int, entries: int | None = None) -> list[bytes]:
    """Return the proof that an entry is among the first entries, or among all."""
    end = size() if entries is None else entries
    return _prove(lambda node: merkle.prove_inclusion(position, size=end, node=node))


def consistency(old: int, new: int | None = None) -> list[bytes]:
    """Return the proof that the ledger of `new` entries, or of all, begins with the one of `old`."""
    end = size() if new is None else new
    return _prove(lambda node: merkle.prove_consistency(old, new=end, node=node))


def verify() -> list[str]:
    """Recompute the tree from the entries; return every fault in plain words, the first break first."""
    faults: list[str] = []
    cosigned = {cosignature.size: cosignature for cosignature in Cosignature.objects.all()}
    frontier, roots, mentions = Frontier(), {0: merkle.EMPTY_ROOT}, _Mentions()
    rows = LedgerEntry.objects.order_by("position").values_list("position", "body", "hashes")
    for position, body, hashes in rows.iterator(chunk_size=CHUNK):
        if position != frontier.size:
            faults.append(_("Entry {position} is missing.").format(position=frontier.size))
            break
        _check_entry(frontier, body=body, hashes=bytes(hashes), faults=faults)
        mentions.check(position, body=body)
        if frontier.size in cosigned:
            roots[frontier.size] = frontier.root()
    faults += mentions.faults()
    return faults + [fault for kept in cosigned.values() for fault in _faults_of(kept, roots=roots)]


class _Mentions:
    """Walk along the mentions beside the entries, and note where the two do not agree."""

    def __init__(self) -> None:
        rows = Mention.objects.order_by("position", "record").values_list("position", "record")
        self._rows: Iterator[tuple[int, list[str]]] = (
            (position, [record for _position, record in group])
            for position, group in groupby(rows.iterator(chunk_size=CHUNK), key=itemgetter(0))
        )
        self._next = next(self._rows, None)
        self._wrong: list[int] = []

    def check(self, position: int, *, body: str) -> None:
        """Hold the next entry against the mentions of it; positions come in order."""
        found: list[str] = []
        if self._next is not None and self._next[0] == position:
            found, self._next = self._next[1], next(self._rows, None)
        if found != mentioned(json.loads(body)):
            self._wrong.append(position)

    def faults(self) -> Iterator[str]:
        """Return in plain words where they do not agree, entries that are not there included."""
        for position in self._wrong:
            yield _("The list of records that entry {position} tells of was changed.").format(position=position)
        if self._next is not None:
            yield _("Records are listed for entry {position}, which is not there.").format(position=self._next[0])


def _check_entry(frontier: Frontier, *, body: str, hashes: bytes, faults: list[str]) -> None:
    computed = frontier.add(merkle.leaf_hash(body.encode()))
    if hashes == computed:
        return
    if hashes[:HASH_BYTES] != computed[:HASH_BYTES]:
        faults.append(_("Entry {position} was changed after it was written.").format(position=frontier.size - 1))
    else:
        faults.append(_("The hashes beside entry {position} were changed.").format(position=frontier.size - 1))
    if len(hashes) == len(computed):
        # Going on from what is stored keeps one broken entry from spoiling all that follow.
        frontier.hashes[-1] = hashes[-HASH_BYTES:]


def _faults_of(cosignature: Cosignature, *, roots: Mapping[int, bytes]) -> Iterable[str]:
    partner = Partner.objects.filter(institution=cosignature.partner).first()
    if partner is None:
        return
    about = {"name": partner.name, "size": cosignature.size}
    try:
        seen = keyring.by_one_of(
            own().id, lambda key: checkpoints.verify(cosignature.checkpoint, key=key, name=own().id)
        )
        keyring.by_one_of(
            partner.institution,
            lambda key: checkpoints.verify_cosignature(
                cosignature.line, checkpoint=seen, key=key, name=partner.institution
            ),
        )
    except HansaError as error:
        yield _("What {name} cosigned at {size} entries does not hold: {error}").format(**about, error=error.message)
        return
    if roots.get(seen.size) != seen.root:
        yield _("{name} cosigned another ledger of {size} entries than this one.").format(**about)


def _frontier(entries: int) -> Frontier:
    nodes = merkle.frontier_nodes(entries)
    read = _reader(nodes)
    return Frontier(entries, [read(level, index) for level, index in nodes])


def _prove(build: Callable[[Node], list[bytes]]) -> list[bytes]:
    # Build it once to learn which nodes it takes, read these together, build it again.
    wanted: list[tuple[int, int]] = []

    def note(level: int, index: int) -> bytes:
        wanted.append((level, index))
        return b""

    build(note)
    return build(_reader(wanted))


def _reader(nodes: Iterable[tuple[int, int]]) -> Node:
    positions = [merkle.position_of(level, index) for level, index in nodes]
    rows = _hashes(positions) if positions else {}

    def read(level: int, index: int) -> bytes:
        return rows[merkle.position_of(level, index)][level * HASH_BYTES : (level + 1) * HASH_BYTES]

    return read


def _hashes(positions: Sequence[int]) -> dict[int, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(HASHES.format(", ".join(["%s"] * len(positions))), positions)
        return {position: bytes(hashes) for position, hashes in cursor.fetchall()}
