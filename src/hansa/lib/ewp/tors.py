"""The answers of the API for transcripts of incoming mobilities, 3.0.0, 2.0.0 and 1.0.0.

3.0.0 carries ELMO 2.1.1 and the receiving academic year, the two before it ELMO 1.6.0 and no
year. The grade conversion table is the one of EGRACONS: for each field of ISCED-F the share of
each passing grade, in percent (`imobility-tors`, endpoints/get-response.xsd).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from hansa.lib.canonical import JSON
from hansa.lib.errors import InvalidError
from hansa.lib.ewp import academic_record, elmo, elmo_reading
from hansa.lib.ewp.xml import AGAIN, Element, Make, every, first, maker, needed, parse, shown, text, write

_PLACE = (
    "https://github.com/erasmus-without-paper/ewp-specs-api-imobility-tors/blob/stable-v{}/endpoints/{}-response.xsd"
)
ELMO = {"3.0.0": "2.1.1", "2.0.0": "1.6.0", "1.0.0": "1.6.0"}
VERSIONS = tuple(ELMO)
_LOWEST_SUM, _HIGHEST_SUM = 99, 101
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Tor:
    """Hold the transcript of one mobility, under the sending institution's id of it."""

    omobility_id: str
    record: elmo.Record


def namespace(version: str, *, endpoint: str) -> str:
    """Return the namespace of one answer of one version."""
    return _PLACE.format(version[0], endpoint)


def build_get(tors: Iterable[Tor], *, version: str = "3.0.0") -> bytes:
    """Return the answer that holds these academic_record."""
    make = maker(namespace(version, endpoint="get"))
    return write(make("imobility-tors-get-response", [_tor(make, tor, version=version) for tor in tors]))


def build_index(omobility_ids: Iterable[str], *, version: str = "3.0.0") -> bytes:
    """Return the answer that lists the mobilities which have a transcript."""
    make = maker(namespace(version, endpoint="index"))
    return write(make("imobility-tors-index-response", [make("omobility-id", one) for one in omobility_ids]))


def _tor(make: Make, tor: Tor, *, version: str) -> Element:
    document = tor.record.document
    return make(
        "tor",
        make("omobility-id", tor.omobility_id),
        make("receiving-academic-year-id", document["year"]) if version == "3.0.0" else None,
        elmo.build(tor.record, version=ELMO[version]),
        _conversion_table(make, document["distributions"]),
    )


def _conversion_table(make: Make, distributions: Sequence[Mapping[str, JSON]]) -> Element | None:
    # The schema has one table for a field; where scales differ, the first table of a field is sent.
    tables: dict[str, Element] = {}
    for one in distributions:
        shares = [
            make("gradeFrequency", label=grade, percentage=percentage)
            for grade, percentage in percentages(one["shares"])
        ]
        tables.setdefault(one["field"], make("iscedTable", shares, iscedCode=one["field"]))
    return make("gradeConversionTable", list(tables.values())) if tables else None


def percentages(shares: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Return the shares in percent: as they stand if they add up to about 100, else in proportion."""
    total = sum((Decimal(one["share"]) for one in shares), Decimal())
    if _LOWEST_SUM <= total <= _HIGHEST_SUM or not total:
        return [(one["grade"], one["share"]) for one in shares]
    return [(one["grade"], _percent(Decimal(one["share"]), total)) for one in shares]


def _percent(share: Decimal, total: Decimal) -> str:
    return str((100 * share / total).quantize(_HUNDREDTH, rounding=ROUND_HALF_UP))


def read_get(data: bytes) -> list[Tor]:
    """Return the transcripts of an answer of any of the three versions."""
    root = parse(data)
    here = _known(root, endpoint="get")
    return [_read_tor(one, namespace=here) for one in every(root, "tor", namespace=here)]


def read_index(data: bytes) -> list[str]:
    """Return the ids of the mobilities that an answer of any of the three versions lists."""
    root = parse(data)
    here = _known(root, endpoint="index")
    return [(one.text or "").strip() for one in every(root, "omobility-id", namespace=here)]


def _known(root: Element, *, endpoint: str) -> str:
    for version in VERSIONS:
        here = namespace(version, endpoint=endpoint)
        if root.tag == f"{{{here}}}imobility-tors-{endpoint}-response":
            return here
    raise InvalidError(f"The document is a {shown(root.tag)}, not an answer of imobility-tors.", AGAIN)


def _read_tor(element: Element, *, namespace: str) -> Tor:
    found = [child for child in element if etree.QName(child).localname == "elmo"]
    if not found:
        raise InvalidError("tor/elmo: this element is missing.", AGAIN)
    record = elmo_reading.read(found[0])
    year = text(element, "receiving-academic-year-id", namespace=namespace)
    document = {
        **record.document,
        "year": year or record.document["year"],
        "distributions": _read_tables(element, record.document, namespace=namespace),
    }
    academic_record.check(document)
    omobility_id = needed(element, "omobility-id", namespace=namespace)
    return Tor(omobility_id, elmo.Record(document, record.learner, record.contents))


def _read_tables(element: Element, document: JSON, *, namespace: str) -> list[dict[str, JSON]]:
    table = first(element, "gradeConversionTable", namespace=namespace)
    if table is None:
        return []
    scales = {course["field"]: course["scale"] for course in academic_record.every_course(document)}
    return [
        {
            "field": one.get("iscedCode", ""),
            "scale": scales.get(one.get("iscedCode", "")),
            "shares": [
                {"grade": share.get("label", ""), "share": share.get("percentage", "")}
                for share in every(one, "gradeFrequency", namespace=namespace)
            ],
        }
        for one in every(table, "iscedTable", namespace=namespace)
    ]
