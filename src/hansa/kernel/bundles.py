"""Bundles: everything that proves what happened to one record, for somebody without a node.

The form and the checks are in lib; this module brings what this node holds: the letters
of the record that were answered, the ledger entries that tell of it, the agreements which
they cite and the partners' latest cosignatures. Letters with totals stay out: they are
finer than what was released (the unmerged time grid, counts that the release leaves out),
and a bundle goes to strangers. Between two parties contributions are not masked, so these
stay out too: nobody else need see a hospital's sums.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.utils import timezone

from hansa.kernel import keyring, ledger
from hansa.kernel.areas import all_areas
from hansa.kernel.identity import own
from hansa.kernel.letters import KINDS
from hansa.kernel.models import Agreement, Cosignature, JointRecord
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.policy import VOCABULARIES
from hansa.lib import bundle_form
from hansa.lib.bundle import Report
from hansa.lib.bundle import verify as check
from hansa.lib.bundle_checks import MASKED, Kinds
from hansa.lib.bundle_form import Bundle, Entry, Exchange, Witnessed
from hansa.lib.canonical import JSON
from hansa.lib.keys import Identity
from hansa.lib.letters import moment
from hansa.lib.signatures import assemble, payload_of


def export(record: JointRecord, *, compressed: bool = False) -> bytes:
    """Return the file that proves what happened to a record."""
    letters = answered(record)
    agreements = cited(record, letters)
    parties, size = identities(agreements), ledger.size()
    made = Bundle(
        record=record.urn,
        institution=own().id,
        agreements=[assemble(held.document, list(held.signatures.values())) for held in agreements],
        letters=[Exchange(row.token, row.receipt) for row in letters],
        entries=entries(record, size=size),
        checkpoint=ledger.checkpoint(size),
        cosignatures=cosignatures(size, by=[party.id for party in parties]),
        identities=parties,
        result=record.proof(),
        created=moment(timezone.now()),
        rotations=rotations(agreements),
    )
    return bundle_form.write(made, compressed=compressed)


def verify(data: bytes, *, trusted: Collection[str] | None = None) -> Report:
    """Check a bundle with the areas installed here; no node and no database is needed."""
    return check(bundle_form.read(data), kinds=kinds(), vocabularies=VOCABULARIES, trusted=trusted)


def kinds() -> Kinds:
    """Return what the kinds of letters of the installed areas mean."""
    return Kinds(
        permits={name: kind.permit for name, kind in KINDS.items()},
        approves=kinds_that("approval"),
        contributes=kinds_that("contribution"),
        withheld=kinds_that("total"),
        finished={kind.noun: kind.finished for kind in joint_kinds()},
    )


def kinds_that(proves: str) -> frozenset[str]:
    """Return the kinds of letters that prove one thing."""
    return frozenset(name for name, kind in KINDS.items() if kind.proves == proves)


def joint_kinds() -> list[type[JointRecord]]:
    """Return the kinds of joint records of the installed areas."""
    return [kind for area in all_areas() for kind in area.records if issubclass(kind, JointRecord)]


def answered(record: JointRecord) -> list[LetterRow]:
    """Return the letters under a record's terms that have a receipt, each way in the order of their numbers.

    What a stranger wrote about it, or somebody under other terms, proves nothing and would spoil the proof.
    """
    rows = LetterRow.objects.filter(record=record.urn).exclude(receipt="").order_by("sequence", "direction", "partner")
    kept_back = kinds_that("total")
    if len(record.parties) < MASKED:
        kept_back |= kinds_that("contribution")
    return [row for row in rows if row.kind not in kept_back and is_under_terms(row, record)]


def is_under_terms(row: LetterRow, record: JointRecord) -> bool:
    """Tell whether a letter was between parties of a record and states its clause and parties."""
    said = payload_of(row.token)
    stated = (said["agreement"], said["clause"], said["terms"].get("parties"))
    return row.partner in record.parties and stated == (record.agreement, record.clause, record.parties)


def cited(record: JointRecord, letters: Iterable[LetterRow]) -> list[Agreement]:
    """Return the memoranda that a record and its letters cite, the oldest first."""
    hashes = {record.agreement} | {payload_of(row.token)["agreement"] for row in letters}
    return list(Agreement.objects.filter(hash__in=hashes).order_by("version", "created"))


def entries(record: JointRecord, *, size: int) -> list[Entry]:
    """Return the ledger entries that tell of a record, each with its proof."""
    found = ledger.entries_about(record.urn).filter(position__lt=size).order_by("position")
    return [Entry(one.position, one.body, texts(ledger.inclusion(one.position, size))) for one in found]


def cosignatures(size: int, *, by: Iterable[str]) -> list[Witnessed]:
    """Return what each of these institutions cosigned last, with the proof that the ledger still holds it."""
    kept = Cosignature.objects.filter(size__range=(1, size), partner__in=list(by)).order_by("partner")
    return [Witnessed(one.partner, one.checkpoint, one.line, texts(ledger.consistency(one.size, size))) for one in kept]


def identities(agreements: Iterable[Agreement]) -> list[Identity]:
    """Return the keys of every party as the newest memorandum names them."""
    named: dict[str, Identity] = {}
    for held in agreements:
        for party in held.document["parties"]:
            keys: dict[str, JSON] = {name: party[name] for name in ("id", "signing_key", "sealing_key")}
            named[party["id"]] = Identity.from_json(keys)
    return list(named.values())


def rotations(agreements: Iterable[Agreement]) -> list[str]:
    """Return how the keys that memoranda name were changed since, each party's changes in order."""
    found: dict[str, None] = {}
    for held in agreements:
        for named in identities([held]):
            present: JSON = dict(named.to_json())
            for token in keyring.rotations(named.id):
                said: Any = payload_of(token)
                if said["previous"] == present:
                    found[token] = None
                    present = said["following"]
    return list(found)


def texts(hashes: Iterable[bytes]) -> list[str]:
    """Return hashes as hexadecimal text."""
    return [value.hex() for value in hashes]
