"""Write and read the short answers around agreements: index, statistics, approvals, notifications.

An approval names the partner's own id of the agreement and the hash of the copy that was
approved (iias-approval 2.0.0). What is not approved is simply not in the answer, and an answer
to a notification is empty whether or not the id is known.
"""

import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia import CURRENT, OLD
from hansa.lib.ewp.xml import AGAIN, Element, every, maker, needed, parse, text, write

PROJECT = "https://github.com/erasmus-without-paper/ewp-specs-api-"
INDEX = PROJECT + "iias/blob/stable-v{}/endpoints/index-response.xsd"
STATS = PROJECT + "iias/blob/stable-v{}/endpoints/stats-response.xsd"
APPROVAL = PROJECT + "iias-approval/tree/stable-v{}"
CNR = PROJECT + "iia-cnr/tree/stable-v{}"
APPROVAL_CNR = PROJECT + "iia-approval-cnr/tree/stable-v{}"
#: The version of each of these interfaces that goes with a version of the agreement.
APPROVAL_OF, CNR_OF, APPROVAL_CNR_OF = {CURRENT: 2, OLD: 1}, {CURRENT: 3, OLD: 2}, {CURRENT: 2, OLD: 1}
SHA256 = re.compile(r"[0-9a-f]{64}")
WHOLE = re.compile(r"[0-9]{1,9}")
COUNTS = (
    "iia-fetchable",
    "iia-local-unapproved-partner-approved",
    "iia-local-approved-partner-unapproved",
    "iia-both-approved",
)


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """Count the agreements of an institution that a partner may fetch, and who approved them."""

    fetchable: int
    approved_by_partner: int
    approved_here: int
    approved_by_both: int


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Say that the copy with this hash, under its owner's id, is approved."""

    iia_id: str
    hash: str
    pdf_file: str = ""


def index_response(iia_ids: Iterable[str], *, version: int = CURRENT) -> bytes:
    """Return the answer to an index request: our ids."""
    make = maker(INDEX.format(version))
    return write(make("iias-index-response", [make("iia-id", one) for one in iia_ids]))


def read_index_response(data: bytes, *, version: int = CURRENT) -> tuple[str, ...]:
    """Return the ids that a partner lists, each once, in its order."""
    namespace = INDEX.format(version)
    root = parse(data, root=f"{{{namespace}}}iias-index-response")
    return tuple(dict.fromkeys(_all(root, "iia-id", namespace=namespace)))


def stats_response(statistics: Statistics, *, version: int = CURRENT) -> bytes:
    """Return the answer to a request for statistics."""
    make = maker(STATS.format(version))
    counts = zip(COUNTS, astuple(statistics), strict=True)
    return write(make("iias-stats-response", [make(name, str(count)) for name, count in counts]))


def read_stats_response(data: bytes, *, version: int = CURRENT) -> Statistics:
    """Return the statistics of a partner."""
    namespace = STATS.format(version)
    root = parse(data, root=f"{{{namespace}}}iias-stats-response")
    counts = [_count(root, name, namespace=namespace) for name in COUNTS]
    names = ("fetchable", "approved_by_partner", "approved_here", "approved_by_both")
    return Statistics(**dict(zip(names, counts, strict=True)))


def approval_response(approvals: Iterable[Approval], *, version: int = CURRENT) -> bytes:
    """Return the answer to a request for approvals; the ids are those of the institution that asks."""
    make = maker(APPROVAL.format(APPROVAL_OF[version]))
    name = "iia-hash" if version == CURRENT else "conditions-hash"
    shown = (_approval(one, name, version=version) for one in approvals)
    return write(make("iias-approval-response", shown))


def read_approval_response(data: bytes, *, version: int = CURRENT) -> tuple[Approval, ...]:
    """Return the approvals that a partner gives for our copies."""
    namespace = APPROVAL.format(APPROVAL_OF[version])
    root = parse(data, root=f"{{{namespace}}}iias-approval-response")
    return tuple(_read_approval(one, namespace=namespace) for one in every(root, "approval", namespace=namespace))


def cnr_response(*, version: int = CURRENT) -> bytes:
    """Return the empty answer to a notification that an agreement changed."""
    return write(maker(CNR.format(CNR_OF[version]))("iia-cnr-response"))


def approval_cnr_response(*, version: int = CURRENT) -> bytes:
    """Return the empty answer to a notification that an approval changed."""
    return write(maker(APPROVAL_CNR.format(APPROVAL_CNR_OF[version]))("iia-approval-cnr-response"))


def _approval(approval: Approval, hash_name: str, *, version: int) -> Element:
    make = maker(APPROVAL.format(APPROVAL_OF[version]))
    file = make("pdf-file", approval.pdf_file) if version == CURRENT and approval.pdf_file else None
    return make("approval", make("iia-id", approval.iia_id), make(hash_name, approval.hash), file)


def _read_approval(element: Element, *, namespace: str) -> Approval:
    name = "iia-hash" if namespace == APPROVAL.format(APPROVAL_OF[CURRENT]) else "conditions-hash"
    found = needed(element, name, namespace=namespace)
    if not SHA256.fullmatch(found):
        raise InvalidError(f"approval/{name}: this is no SHA-256 in lower-case hexadecimal.", AGAIN)
    return Approval(
        iia_id=needed(element, "iia-id", namespace=namespace),
        hash=found,
        pdf_file=text(element, "pdf-file", namespace=namespace),
    )


def _all(root: Element, local: str, *, namespace: str) -> list[str]:
    found = ((one.text or "").strip() for one in every(root, local, namespace=namespace))
    return [one for one in found if one]


def _count(root: Element, name: str, *, namespace: str) -> int:
    written = needed(root, name, namespace=namespace)
    if not WHOLE.fullmatch(written):
        raise InvalidError(f"{name}: this is no count.", AGAIN)
    return int(written)
