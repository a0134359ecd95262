"""Say before anybody asks why an approval would fail, in sentences for an officer.

The partner's copy can be approved when it can be read, its hash is its own, both copies say
the same under the same ids, and each keeps the rules that every agreement must keep (mandatory
business requirements for IIA, 24-10-2022, chapters 9 to 12; iias 7.0.0). A hash alone is never
enough: it says nothing of forged texts and of elements that are not yet defined.

    for obstacle in obstacles(ours, received, today=today):
        print(obstacle.sentence, obstacle.remedy)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hansa.lib.ewp.iia import CURRENT, Condition, Iia, Names, has_ended
from hansa.lib.ewp.iia_difference import NAMES, Difference, differences, place_of
from hansa.lib.ewp.iia_hash import is_forgery
from hansa.lib.ewp.iia_reading import Received

FOUR_DIGITS = re.compile(r"[0-9]{4}")
#: The last academic year of agreements under the programme of 2021 to 2027 (template of the Commission, 21-29).
PROGRAMME_END = "2028/2029"
OURS, THEIRS = "our copy", "the partner's copy"


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """Say in one sentence why an approval would fail, and what to do about it; ``about`` sorts them."""

    about: str
    sentence: str
    remedy: str


def obstacles(
    own: Iia,
    received: Received,
    *,
    today: date,
    version: int = CURRENT,
    names: Names = NAMES,
    programme_end: str = PROGRAMME_END,
) -> tuple[Obstacle, ...]:
    """Return every reason for which the two copies cannot be approved today, none if they can."""
    theirs = received.iia
    if theirs is None:
        sentence = f"The partner's copy cannot be understood. {received.fault}"
        return (Obstacle(about="document", sentence=sentence, remedy=received.remedy),)
    found = [*_of_document(received, version=version), *_of_ids(own, theirs), *_of_content(own, theirs, names=names)]
    for copy, iia in ((OURS, own), (THEIRS, theirs)):
        found += _of_texts(iia, copy=copy)
        found += _of_rules(iia, copy=copy, today=today, names=names, programme_end=programme_end)
    return tuple(found)


def suspicious(iia: Iia) -> tuple[str, ...]:
    """Return the places of texts that could pass for another field in the text that is hashed."""
    partners = [("agreement id", partner.iia_id) for partner in iia.partners]
    texts = [pair for position, one in enumerate(iia.conditions) for pair in _texts(one, place_of(one, position))]
    return tuple(dict.fromkeys(place for place, text in (*partners, *texts) if is_forgery(text)))


def _texts(condition: Condition, place: str) -> Iterator[tuple[str, str]]:
    ids = (condition.sending_hei, condition.receiving_hei, condition.sending_ounit, condition.receiving_ounit)
    yield from ((f"{place}: institution or unit", text) for text in ids)
    skills = condition.languages
    areas = (*condition.subject_areas, *(skill.subject_area for skill in skills if skill.subject_area))
    for skill in skills:
        yield f"{place}: language skills", f"{skill.language} {skill.level}"
    for area in areas:
        yield f"{place}: subject areas", f"{area.code} {area.clarification or ''}"
    yield f"{place}: other terms", condition.other_terms or ""


def _of_document(received: Received, *, version: int) -> Iterator[Obstacle]:
    if received.version != version:
        yield Obstacle(
            about="version",
            sentence=f"The partner serves version {received.version} of agreements, this node version {version}.",
            remedy="Wait until both serve the same version, or ask the partner for that version.",
        )
    if not received.hash_holds:
        what = "is not the hash of its copy" if received.published else "is missing"
        yield Obstacle(
            about="hash",
            sentence=f"The hash that the partner publishes {what}.",
            remedy="Refresh the copy. If it stays so, tell the partner: its system computes the hash wrongly.",
        )
    if received.is_leaking:
        yield Obstacle(
            about="hash",
            sentence="The partner served a terminated agreement beside this one, which changes its hash.",
            remedy="Fetch this agreement alone.",
        )
    if received.forgeries:
        yield Obstacle(
            about="forgery",
            sentence=f"The partner's copy could pass for another agreement: see {', '.join(received.forgeries)}.",
            remedy="Ask the partner to leave out the underscores and equals signs there.",
        )


def _of_ids(own: Iia, theirs: Iia) -> Iterator[Obstacle]:
    if {partner.hei for partner in own.partners} != {partner.hei for partner in theirs.partners}:
        yield Obstacle(
            about="ids",
            sentence="The two copies are not between the same institutions.",
            remedy="Link our copy to another agreement of the partner.",
        )
    elif not own.other.iia_id:
        yield Obstacle(
            about="ids",
            sentence="Our copy does not name the partner's id of the agreement.",
            remedy="Link our copy to the partner's.",
        )
    elif own.other.iia_id != theirs.owner.iia_id:
        yield Obstacle(
            about="ids",
            sentence="Our copy names another agreement of the partner than this one.",
            remedy="Link our copy to this one, or look at the other.",
        )
    elif not theirs.other.iia_id:
        yield Obstacle(
            about="ids",
            sentence="The partner's copy does not name our id of the agreement.",
            remedy="Notify the partner and ask it to link its copy to ours.",
        )
    elif theirs.other.iia_id != own.owner.iia_id:
        yield Obstacle(
            about="ids",
            sentence="The partner's copy names another agreement of ours than this one.",
            remedy="Ask the partner to link its copy to this one.",
        )


def _of_content(own: Iia, theirs: Iia, *, names: Names) -> Iterator[Obstacle]:
    here, there = len(own.conditions), len(theirs.conditions)
    if here != there:
        yield Obstacle(
            about="conditions",
            sentence=f"Our copy has {here} cooperation conditions, the partner's has {there}.",
            remedy="Bring both to the same number; one agreement is never split into several.",
        )
    for difference in differences(own, theirs, names=names):
        if difference.is_hashed and not _is_of_partners(difference):
            yield Obstacle(
                about="difference",
                sentence=difference.sentence,
                remedy="Take over what the partner says, or ask it to take over what stands here.",
            )


def _is_of_partners(difference: Difference) -> bool:
    return difference.place.startswith("partner ")


def _of_texts(iia: Iia, *, copy: str) -> Iterator[Obstacle]:
    for place in suspicious(iia):
        yield Obstacle(
            about="forgery",
            sentence=f"In {copy}, {place}: this text could pass for another field when the hash is computed.",
            remedy="Write it without two underscores in a row before an equals sign.",
        )


def _of_rules(iia: Iia, *, copy: str, today: date, names: Names, programme_end: str) -> Iterator[Obstacle]:
    if not iia.conditions:
        yield Obstacle(
            about="conditions",
            sentence=f"There is no cooperation condition in {copy}.",
            remedy="Add at least one.",
        )
    for position, condition in enumerate(iia.conditions):
        place = f"In {copy}, {place_of(condition, position, names=names)}"
        for about, what, remedy in (
            *_broken(condition),
            *_of_years(condition, today=today, programme_end=programme_end),
            *_of_parties(condition, iia),
        ):
            yield Obstacle(about=about, sentence=f"{place}: {what}.", remedy=remedy)


def _broken(condition: Condition) -> Iterator[tuple[str, str, str]]:
    """Yield what a condition lacks by itself: what it is about, what is wrong and the remedy."""
    if not condition.is_settled:
        what = "something is marked as not yet defined or still has its code of version 6"
        yield "undefined", what, "Define it; only then can it be approved."
    if condition.mobilities_per_year is None:
        yield "undefined", "it does not say how many people each year", "Enter the number of people."
    if condition.kind.needs_language and not condition.languages:
        yield "language", "it names no language, which this kind of mobility requires", "Add a language and its level."
    areas = (*condition.subject_areas, *(skill.subject_area for skill in condition.languages if skill.subject_area))
    if any(not FOUR_DIGITS.fullmatch(area.code) for area in areas):
        yield "field", "a subject area has no ISCED-F code of four digits", "Choose the detailed field of education."


def _of_years(condition: Condition, *, today: date, programme_end: str) -> Iterator[tuple[str, str, str]]:
    first, last = condition.first_year, condition.last_year
    if first > last:
        yield "years", f"its last academic year {last} is before its first, {first}", "Correct the years."
    elif has_ended(last, today=today):
        yield "years", f"its last academic year {last} is over", "Agree on later years."
    if last > programme_end:
        yield "years", f"it goes on after {programme_end}, when the programme ends", f"End it with {programme_end}."


def _of_parties(condition: Condition, iia: Iia) -> Iterator[tuple[str, str, str]]:
    if {condition.sending_hei, condition.receiving_hei} != {partner.hei for partner in iia.partners}:
        what = "it is not between the two institutions of the agreement"
        yield "ids", what, "Correct the sending and receiving institution."
