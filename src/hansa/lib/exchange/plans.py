"""Hold what a person does at the host, version by version: a learning agreement or a rotation plan.

Each version is a document of its own that names the one before it by its hash. Three sign one
hash: the participant, the sending and the receiving institution. A participant has no key; the
node at which the participant is signed in makes the signature and says so by its role, with the
pseudonym under which its ledger knows the person. What the European Commission's template of a
learning agreement asks (tables A and B, before and during the mobility) is in the document; a
rotation plan has departments and weeks in the place of courses.

    check(document)
    differences(older, newer)      # ("Added: Surgery 2 (S-202), 7.5 ECTS credits.",)
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hansa.lib import shapes
from hansa.lib.canonical import JSON, digest
from hansa.lib.errors import InvalidError, SignatureError
from hansa.lib.keys import VerifyingKey
from hansa.lib.letters import Statement

FORMAT = "plan/1"
PHASES = ("before", "during")
COURSE, ROTATION = "course", "rotation"
KEYS = ("hansa", "mobility", "version", "previous", "phase", "components", "home", "automatic", "terms")
PARTS: Mapping[str, tuple[str, ...]] = {
    COURSE: ("form", "code", "title", "credits", "term"),
    ROTATION: ("form", "title", "department", "supervisor", "first", "last", "hours", "goals"),
}
HOME = ("code", "title", "credits")
PARTICIPANT, SENDING, RECEIVING = ROLES = ("participant", "sending", "receiving")
MOST, MOST_HOURS, LONGEST = 60, 4_000, 400
CREDITS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
HASH = re.compile(r"sha256:[0-9a-f]{64}")
URN = re.compile(r"urn:hansa:mobilities:[0-9a-f-]{36}")


@dataclass(frozen=True, kw_only=True)
class PlanSignature(Statement):
    """Who signed one version: in which role, for which institution, under which pseudonym, when."""

    KIND = "plan-signature"

    plan: str
    role: str
    party: str
    by: str
    at: str


def check(document: JSON) -> None:
    """Refuse a document that is no plan, naming the place; nothing in it is skipped."""
    read = shapes.mapping(document, "plan", needed=KEYS)
    if read["hansa"] != FORMAT:
        raise InvalidError("plan.hansa: this is another format.", f'Only "{FORMAT}" can be read here.')
    shapes.matching(read["mobility"], "plan.mobility", pattern=URN, example="urn:hansa:mobilities:…")
    version = shapes.whole(read["version"], "plan.version", low=1, high=1_000)
    if (read["previous"] is None) != (version == 1):
        raise InvalidError(
            "plan.previous: only the first version follows none.", "Name the hash of the version before."
        )
    if read["previous"] is not None:
        shapes.matching(read["previous"], "plan.previous", pattern=HASH, example="sha256:…")
    if read["phase"] not in PHASES:
        raise InvalidError("plan.phase: this phase is not known.", f"Use one of {', '.join(PHASES)}.")
    _check_components(shapes.items(read["components"], "plan.components", least=1, most=MOST))
    for place, one in _numbered("plan.home", shapes.items(read["home"], "plan.home", least=0, most=MOST)):
        _check_texts(shapes.mapping(one, place, needed=HOME), place, names=HOME)
    _check_recognition(read)


def _numbered(place: str, parts: Sequence[object]) -> Iterator[tuple[str, object]]:
    return ((f"{place}[{number}]", part) for number, part in enumerate(parts))


def _check_components(parts: Sequence[object]) -> None:
    for place, one in _numbered("plan.components", parts):
        form = one.get("form") if isinstance(one, Mapping) else None
        if form not in PARTS:
            raise InvalidError(f"{place}.form: this form is not known.", f"Use one of {', '.join(PARTS)}.")
        part = shapes.mapping(one, place, needed=PARTS[str(form)])
        if form == COURSE:
            _check_texts(part, place, names=PARTS[COURSE][1:])
        else:
            _check_rotation(part, place)
    named = [one["code"] for one in parts if isinstance(one, Mapping) and one["form"] == COURSE]
    shapes.distinct(named, "plan.components", what="course")


def _check_texts(part: Mapping[str, object], place: str, *, names: Sequence[str]) -> None:
    for name in names:
        if name == "credits":
            shapes.matching(part[name], f"{place}.{name}", pattern=CREDITS, example='"7.5"')
        else:
            shapes.text(part[name], f"{place}.{name}", most=LONGEST)


def _check_rotation(part: Mapping[str, object], place: str) -> None:
    for name in ("title", "department", "supervisor", "goals"):
        shapes.text(part[name], f"{place}.{name}", most=LONGEST)
    first, last = (shapes.day(part[name], f"{place}.{name}") for name in ("first", "last"))
    if last < first:
        raise InvalidError(f"{place}.last: it is before the first day.", "Give the first day, then the last.")
    shapes.whole(part["hours"], f"{place}.hours", low=1, high=MOST_HOURS)


def _check_recognition(read: Mapping[str, object]) -> None:
    if not isinstance(read["automatic"], bool):
        raise InvalidError("plan.automatic: this must be true or false.", "Write true or false.")
    if read["automatic"] and read["terms"] != "":
        raise InvalidError("plan.terms: automatic recognition needs none.", "Leave the text empty.")
    if not read["automatic"]:
        # Recognition is automatic unless the plan says in words why it is not (EWP omobility-las 1.2.0).
        shapes.text(read["terms"], "plan.terms")


def credits_of(document: Mapping[str, Any], part: str = "components") -> Decimal:
    """Return the ECTS credits of the courses at the host, or of what they replace at home."""
    return sum((Decimal(one["credits"]) for one in document[part] if "credits" in one), Decimal(0))


def warnings(document: Mapping[str, Any], *, first: date, last: date) -> tuple[str, ...]:
    """Say in sentences what looks odd in a plan of a stay from ``first`` to ``last``; it can be signed all the same."""
    there, home = credits_of(document), credits_of(document, "home")
    found = []
    if document["home"] and there != home:
        found.append(f"The courses at the host have {there} ECTS credits, what they replace at home has {home}.")
    rotations = sorted((one["first"], one["last"], one["title"]) for one in document["components"] if "hours" in one)
    for begins, ends, title in rotations:
        if date.fromisoformat(begins) < first or date.fromisoformat(ends) > last:
            found.append(f"{title} from {begins} to {ends} lies outside the stay from {first} to {last}.")
    for before, after in pairwise(rotations):
        if after[0] <= before[1]:
            found.append(f"{after[2]} begins on {after[0]}, before {before[2]} ends on {before[1]}.")
    return tuple(found)


def differences(older: Mapping[str, Any], newer: Mapping[str, Any]) -> tuple[str, ...]:
    """Say in sentences what one version changes in the version before it."""
    return (
        *_between(_by_name(older["components"]), _by_name(newer["components"]), what=""),
        *_between(_by_name(older["home"]), _by_name(newer["home"]), what=" at home"),
        *_recognition(older, newer),
    )


def _by_name(parts: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return parts by what makes them the same in two versions: the code of a course, department and first day."""
    return {str(part.get("code") or f"{part['department']} {part['first']}"): part for part in parts}


def _between(older: Mapping[str, Any], newer: Mapping[str, Any], *, what: str) -> Iterator[str]:
    for key in [key for key in older if key not in newer]:
        yield f"Removed{what}: {shown(older[key])}."
    for key in [key for key in newer if key not in older]:
        yield f"Added{what}: {shown(newer[key])}."
    for key in [key for key in newer if key in older]:
        for name in [name for name in newer[key] if newer[key][name] != older[key].get(name)]:
            yield f"Changed{what}: {newer[key]['title']}, {name}: {older[key].get(name, '–')} → {newer[key][name]}."


def _recognition(older: Mapping[str, Any], newer: Mapping[str, Any]) -> Iterator[str]:
    words = {True: "automatic", False: "not automatic"}
    if older["automatic"] != newer["automatic"]:
        yield f"Recognition: {words[older['automatic']]} → {words[newer['automatic']]}."
    if older["terms"] != newer["terms"]:
        yield f"Terms of recognition: {older['terms'] or '–'} → {newer['terms'] or '–'}."


def shown(part: Mapping[str, Any]) -> str:
    """Return one part of a plan in a few words."""
    if "hours" in part:
        return f"{part['title']}, {part['department']}, {part['first']} to {part['last']}, {part['hours']} hours"
    return f"{part['title']} ({part['code']}), {part['credits']} ECTS credits"


def verify(document: JSON, signatures: Mapping[str, str], *, keys: Mapping[str, VerifyingKey]) -> None:
    """Raise SignatureError unless all three signed exactly this version; ``keys`` are the institutions' by role.

    The participant's signature is made with the key of the sending institution, where the participant signed in.
    """
    name = digest(document)
    for role in ROLES:
        if role not in signatures:
            raise SignatureError(f"The signature of the {role} is missing.", "Ask for it before you rely on the plan.")
        said = PlanSignature.read(signatures[role], key=keys[SENDING if role == PARTICIPANT else role])
        if (said.plan, said.role) != (name, role):
            raise SignatureError(f"The {role} signed another version.", "Ask for a signature under this one.")
