"""Write agreements for partners, as documents of iias 7.0.0 and, for those behind, 6.3.0.

A get-response holds one agreement: the stylesheet that makes the hash would let the
termination of one change the hash of every other beside it. The hash is computed from the
very elements that are sent.

    get_response(iia)
"""

from decimal import Decimal

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia import CURRENT, OLD, Condition, Iia, LanguageSkill, Partner, SubjectArea, in_schema_order
from hansa.lib.ewp.iia_contact import contact_element, fill_contact
from hansa.lib.ewp.iia_hash import conditions_hash, iia_hash
from hansa.lib.ewp.xml import Element, Make, maker, write

PLACE = "https://github.com/erasmus-without-paper/ewp-specs-api-iias/blob/stable-v{}/endpoints/get-response.xsd"
NAMESPACES = {CURRENT: PLACE.format(CURRENT), OLD: PLACE.format(OLD)}


def get_response(iia: Iia | None, *, version: int = CURRENT) -> bytes:
    """Return the answer to a get request: one agreement, or nothing where there is none to show."""
    make = maker(NAMESPACES[version])
    return write(make("iias-get-response", None if iia is None else iia_element(iia, version=version)))


def iia_element(iia: Iia, *, version: int = CURRENT) -> Element:
    """Return one agreement as an element, with its hash."""
    make = maker(NAMESPACES[version])
    conditions = [_condition(one, make=make, version=version) for one in in_schema_order(iia.conditions)]
    marks = {"terminated-as-a-whole": "true"} if iia.terminated_as_a_whole else {}
    if version == OLD and marks:
        raise InvalidError("Version 6 cannot say that an agreement is terminated.", "Serve it in version 7.")
    element = make(
        "iia",
        [_partner(partner, make=make) for partner in iia.partners],
        make("in-effect", _truth(iia.in_effect)),
        make("cooperation-conditions", conditions, **marks),
    )
    if version == OLD:
        element.append(make("conditions-hash", conditions_hash(element)))
        return element
    element.append(make("iia-hash", iia_hash(element)))
    element.extend([make("pdf-file", iia.pdf_file)] if iia.pdf_file else [])
    return element


def _truth(value: bool) -> str:  # noqa: FBT001 -- a truth value is what it writes
    return "true" if value else "false"


def _given(local: str, text: str, *, make: Make) -> Element | None:
    """Return an element, or None where there is nothing to say."""
    return make(local, text) if text else None


def _partner(partner: Partner, *, make: Make) -> Element:
    signing = partner.signing_contact
    return make(
        "partner",
        make("hei-id", partner.hei),
        _given("ounit-id", partner.ounit, make=make),
        _given("iia-id", partner.iia_id, make=make),
        _given("iia-code", partner.iia_code, make=make),
        fill_contact(make("signing-contact"), signing) if signing else None,
        make("signing-date", partner.signing_date.isoformat()) if partner.signing_date else None,
        [contact_element(contact) for contact in partner.contacts],
    )


def _condition(condition: Condition, *, make: Make, version: int) -> Element:
    return make(
        condition.kind.element,
        _side("sending", condition, make=make),
        _side("receiving", condition, make=make),
        _years(condition, make=make, version=version),
        _mobilities(condition, make=make, version=version),
        [_language(one, make=make, version=version) for one in condition.languages if _is_sent(one, version=version)],
        [_subject_area(one, make=make, version=version) for one in condition.subject_areas],
        None if condition.other_terms is None else make("other-info-terms", condition.other_terms),
        _total(condition, make=make, version=version),
        make("blended", _truth(condition.blended)) if condition.kind.is_student else None,
        [make("eqf-level", str(level)) for level in condition.eqf_levels],
    )


def _side(side: str, condition: Condition, *, make: Make) -> list[Element | None]:
    is_sending = side == "sending"
    contacts = condition.sending_contacts if is_sending else condition.receiving_contacts
    return [
        make(f"{side}-hei-id", condition.sending_hei if is_sending else condition.receiving_hei),
        _given(f"{side}-ounit-id", condition.sending_ounit if is_sending else condition.receiving_ounit, make=make),
        *(fill_contact(make(f"{side}-contact"), contact) for contact in contacts),
    ]


def _years(condition: Condition, *, make: Make, version: int) -> list[Element]:
    if version == OLD:
        return [make("receiving-academic-year-id", year) for year in years_between(condition)]
    return [
        make("receiving-first-academic-year-id", condition.first_year),
        make("receiving-last-academic-year-id", condition.last_year),
    ]


def years_between(condition: Condition) -> list[str]:
    """Return every academic year from the first to the last, as version 6 lists them."""
    first, last = int(condition.first_year[:4]), int(condition.last_year[:4])
    length = int(condition.first_year[5:]) - first
    return [f"{year}/{year + length}" for year in range(first, last + 1)]


def _mobilities(condition: Condition, *, make: Make, version: int) -> Element | None:
    if version == OLD and (condition.mobilities_not_yet_defined or condition.mobilities_per_year is None):
        return None
    if condition.mobilities_per_year is None:
        raise InvalidError("A cooperation condition does not say how many people it is for.", "Enter their number.")
    marks = {"not-yet-defined": "true"} if condition.mobilities_not_yet_defined else {}
    return make("mobilities-per-year", str(condition.mobilities_per_year), **marks)


def _is_sent(skill: LanguageSkill, *, version: int) -> bool:
    """Tell whether a skill is served; version 6 has no mark for one that is not yet defined."""
    return version == CURRENT or not skill.not_yet_defined


def _language(skill: LanguageSkill, *, make: Make, version: int) -> Element:
    return make(
        "recommended-language-skill",
        make("language", skill.language),
        _given("cefr-level", skill.level, make=make),
        _subject_area(skill.subject_area, make=make, version=version) if skill.subject_area else None,
        **({"not-yet-defined": "true"} if skill.not_yet_defined else {}),
    )


def _subject_area(area: SubjectArea, *, make: Make, version: int) -> Element:
    old = {"v6-value": area.v6_value} if area.v6_value else {}
    code = (
        make("isced-f-code", area.code, **old)
        if version == CURRENT
        else make("isced-f-code", area.v6_value or area.code)
    )
    words = None if area.clarification is None else make("isced-clarification", area.clarification)
    return make("subject-area", code, words)


def _total(condition: Condition, *, make: Make, version: int) -> Element | None:
    unit = "months" if condition.kind.is_student else "days"
    if condition.total_per_year is None:
        if version == OLD:
            raise InvalidError(f"Version 6 needs the {unit} per year of each condition.", f"Enter the {unit} per year.")
        return None
    return make(f"total-{unit}-per-year", plain(condition.total_per_year))


def plain(number: Decimal) -> str:
    """Return a decimal as the schema wants it: without exponent."""
    return f"{number:f}"
