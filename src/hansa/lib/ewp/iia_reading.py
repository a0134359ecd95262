"""Read agreements that a partner serves, in version 7 or 6.

Reading is lenient where the meaning is clear: unknown elements are passed over, order and
white space do not matter. Where it is not, the agreement has a fault that names the place.
One broken agreement does not hide the others of its document. The raw XML of each is kept in
a document of its own, since a hash or an approval is only ever proved by the very bytes.

    (received,) = read_get_response(data)
    received.hash_holds, received.iia
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from lxml import etree

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia import CURRENT, Condition, Iia, Kind, LanguageSkill, Partner, SubjectArea, check_year
from hansa.lib.ewp.iia_contact import read_contact
from hansa.lib.ewp.iia_hash import (
    FIRST,
    LAST,
    TRUE,
    YEARS,
    alone,
    conditions_hash,
    forgeries,
    hash_document,
    published_hash,
)
from hansa.lib.ewp.iia_xml import NAMESPACES
from hansa.lib.ewp.xml import AGAIN, Element, every, first, local_name, needed, parse, shown, text, write

#: Far more than any office agrees on; what compares conditions with each other takes the square of it.
MOST_CONDITIONS = 500
COUNT = re.compile(r"\+?0*[1-9][0-9]{0,8}")
NUMBER = re.compile(r"\+?[0-9]{1,9}(\.[0-9]{1,9})?")
TRUTH = {"true": True, "1": True, "false": False, "0": False}
KINDS = {kind.element: kind for kind in Kind}


@dataclass(frozen=True, kw_only=True)
class Received:
    """Hold one agreement as a partner served it: its raw XML, what it says and whether its hash holds.

    ``iia`` is None where the document cannot be understood; then ``fault`` and ``remedy`` say why.
    ``is_leaking`` tells that another agreement in the same answer would have changed its hash.
    """

    raw: bytes
    version: int
    iia_id: str
    published: str
    computed: str
    iia: Iia | None
    fault: str = ""
    remedy: str = ""
    forgeries: tuple[str, ...] = ()
    is_leaking: bool = False

    @property
    def hash_holds(self) -> bool:
        """Tell whether the hash that the partner published is the hash of what it sent."""
        return bool(self.computed) and self.published == self.computed


def read_get_response(data: bytes) -> tuple[Received, ...]:
    """Return every agreement of a get-response; an answer that is none raises InvalidError."""
    root = parse(data)
    versions = {f"{{{namespace}}}iias-get-response": version for version, namespace in NAMESPACES.items()}
    if root.tag not in versions:
        raise InvalidError(f"The document is a {shown(root.tag)}, not an agreement of version 7 or 6.", AGAIN)
    version = versions[root.tag]
    found = every(root, "iia", namespace=NAMESPACES[version])
    return tuple(_received(iia, together=root, version=version) for iia in found)


def read_stored(raw: bytes) -> Received:
    """Return the one agreement of a document that was kept as `Received.raw`."""
    found = read_get_response(raw)
    if len(found) != 1:
        raise InvalidError("The document does not hold exactly one agreement.", AGAIN)
    return found[0]


def _received(iia: Element, *, together: Element, version: int) -> Received:
    document = alone(iia)
    kept = document[0]
    known = partial(
        Received,
        raw=write(document),
        version=version,
        iia_id=text(kept, "partner/iia-id", namespace=NAMESPACES[version]),
        published=published_hash(kept),
    )
    try:
        computed = hash_document(document)[0].hash if version == CURRENT else conditions_hash(kept)
        return known(
            computed=computed,
            iia=read_iia(kept),
            forgeries=forgeries(kept),
            is_leaking=version == CURRENT and _is_leaking(iia, together=together, own=computed),
        )
    except InvalidError as wrong:
        return known(computed="", iia=None, fault=wrong.message, remedy=wrong.remedy)


def _is_leaking(iia: Element, *, together: Element, own: str) -> bool:
    # Only a termination leaks, so a document of one agreement and one without any need no second hash.
    if len(together) == 1:
        return False
    return any(one.iia is iia and one.hash != own for one in hash_document(together))


def read_iia(iia: Element) -> Iia:
    """Return what the element of one agreement says, or raise InvalidError naming the place."""
    namespace = str(etree.QName(iia).namespace)
    partners = every(iia, "partner", namespace=namespace)
    conditions = every(iia, "cooperation-conditions", namespace=namespace)
    if (len(partners), len(conditions)) != (2, 1):
        raise InvalidError("An agreement has two partners and one list of cooperation conditions.", AGAIN)
    own, other = (_partner(one, namespace=namespace) for one in partners)
    known = [one for one in conditions[0].iterchildren("*") if local_name(one) in KINDS]
    if len(known) > MOST_CONDITIONS:
        raise InvalidError(f"An agreement has at most {MOST_CONDITIONS} cooperation conditions here.", AGAIN)
    return Iia(
        partners=(own, other),
        conditions=tuple(_condition(one, f"cooperation condition {number}") for number, one in enumerate(known, 1)),
        in_effect=_truth(iia, "in-effect", place="in-effect", namespace=namespace),
        terminated_as_a_whole=conditions[0].get("terminated-as-a-whole") in TRUE,
        pdf_file=text(iia, "pdf-file", namespace=namespace),
    )


def _partner(partner: Element, *, namespace: str) -> Partner:
    field = partial(text, partner, namespace=namespace)
    signing = first(partner, "signing-contact", namespace=namespace)
    return Partner(
        hei=needed(partner, "hei-id", namespace=namespace),
        ounit=field("ounit-id"),
        iia_id=field("iia-id"),
        iia_code=field("iia-code"),
        signing_contact=None if signing is None else read_contact(signing),
        signing_date=_day(field("signing-date")),
        contacts=tuple(read_contact(one) for one in partner.iterchildren("{*}contact")),
    )


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written[:10]) if written else None
    except ValueError as wrong:
        raise InvalidError("signing-date: this is no date.", "Write it as 2026-10-01.") from wrong


def _condition(condition: Element, place: str) -> Condition:
    kind, namespace = KINDS[local_name(condition)], str(etree.QName(condition).namespace)
    place = f"{place}, {kind.words}"
    field, listed = partial(text, condition, namespace=namespace), partial(every, condition, namespace=namespace)
    mobilities = first(condition, "mobilities-per-year", namespace=namespace)
    first_year, last_year = _years(condition, place=place, namespace=namespace)
    return Condition(
        kind=kind,
        sending_hei=_needed(condition, "sending-hei-id", place=place),
        receiving_hei=_needed(condition, "receiving-hei-id", place=place),
        first_year=first_year,
        last_year=last_year,
        mobilities_per_year=_count(mobilities, f"{place}: mobilities-per-year"),
        mobilities_not_yet_defined=mobilities is not None and _is_marked(mobilities),
        sending_ounit=field("sending-ounit-id"),
        receiving_ounit=field("receiving-ounit-id"),
        sending_contacts=tuple(read_contact(one) for one in listed("sending-contact")),
        receiving_contacts=tuple(read_contact(one) for one in listed("receiving-contact")),
        languages=tuple(_language(one, place, namespace=namespace) for one in listed("recommended-language-skill")),
        subject_areas=tuple(_area(one, place, namespace=namespace) for one in listed("subject-area")),
        other_terms=_verbatim(condition, "other-info-terms", namespace=namespace),
        total_per_year=_total(condition, kind, place=place),
        blended=kind.is_student and _truth(condition, "blended", place=f"{place}: blended", namespace=namespace),
        eqf_levels=tuple(_level((one.text or "").strip(), place=f"{place}: eqf-level") for one in listed("eqf-level")),
    )


def _years(condition: Element, *, place: str, namespace: str) -> tuple[str, str]:
    listed = [(year.text or "").strip() for year in every(condition, YEARS, namespace=namespace)]
    if listed:
        years = [check_year(year, place=f"{place}: {YEARS}") for year in listed]
        starts = [int(year[:4]) for year in years]
        if starts != list(range(starts[0], starts[0] + len(starts))):
            raise InvalidError(
                f"{place}: its academic years do not follow each other without a gap.",
                "Ask the partner for one condition for each run of years.",
            )
        return years[0], years[-1]
    ends = (_needed(condition, name, place=place) for name in (FIRST, LAST))
    first_year, last_year = (check_year(year, place=f"{place}: academic year") for year in ends)
    return first_year, last_year


def _needed(condition: Element, local: str, *, place: str) -> str:
    namespace = str(etree.QName(condition).namespace)
    found = text(condition, local, namespace=namespace)
    if not found:
        raise InvalidError(f"{place}: {local} is missing or empty.", AGAIN)
    return found


def _verbatim(element: Element, local: str, *, namespace: str) -> str | None:
    found = first(element, local, namespace=namespace)
    return None if found is None else found.text or ""


def _language(skill: Element, place: str, *, namespace: str) -> LanguageSkill:
    area = first(skill, "subject-area", namespace=namespace)
    return LanguageSkill(
        language=_needed(skill, "language", place=f"{place}, language skill"),
        level=text(skill, "cefr-level", namespace=namespace),
        subject_area=None if area is None else _area(area, place, namespace=namespace),
        not_yet_defined=_is_marked(skill),
    )


def _area(area: Element, place: str, *, namespace: str) -> SubjectArea:
    code = first(area, "isced-f-code", namespace=namespace)
    return SubjectArea(
        code=_needed(area, "isced-f-code", place=f"{place}, subject area"),
        clarification=_verbatim(area, "isced-clarification", namespace=namespace),
        v6_value="" if code is None else code.get("v6-value", ""),
    )


def _is_marked(element: Element) -> bool:
    return element.get("not-yet-defined") in TRUE


def _truth(element: Element, local: str, *, place: str, namespace: str) -> bool:
    written = text(element, local, namespace=namespace)
    if written not in TRUTH:
        raise InvalidError(f"{place}: this is neither true nor false.", AGAIN)
    return TRUTH[written]


def _count(element: Element | None, place: str) -> int | None:
    if element is None:
        return None
    written = (element.text or "").strip()
    if not COUNT.fullmatch(written):
        raise InvalidError(f"{place}: this is no number of people.", AGAIN)
    return int(written)


def _total(condition: Element, kind: Kind, *, place: str) -> Decimal | None:
    local = f"total-{'months' if kind.is_student else 'days'}-per-year"
    written = text(condition, local, namespace=str(etree.QName(condition).namespace))
    if written and not NUMBER.fullmatch(written):
        raise InvalidError(f"{place}: {local} is no number.", AGAIN)
    return Decimal(written) if written else None


def _level(written: str, *, place: str) -> int:
    if written not in tuple("12345678"):
        raise InvalidError(f"{place}: this is no level of the European Qualifications Framework.", "Use 1 to 8.")
    return int(written)
