"""Say what is wrong with the form of an Open Badges 3.0 credential, apart from its proof.

Source: Open Badges 3.0, appendices B (data model, with what every object must say and of which
type it is) and B.4 (words to choose from); Verifiable Credentials 2.0, section 4. Sentences name
properties and never values, which may be personal.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from hansa.lib.exchange.data_integrity import read_moment
from hansa.lib.exchange.vocabulary import CREDENTIALS

FAMILY = "https://purl.imsglobal.org/spec/ob/v3p0/context"
OLD_CONTEXT = "https://www.w3.org/2018/credentials/v1"
OLD_TERMS = ("vc", "issued", "issuanceDate", "expirationDate")
BADGES = frozenset({"OpenBadgeCredential", "AchievementCredential"})
MOST_LEVELS = 32
#: Of which type an object is that stands under a property.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "achievement": "Achievement",
        "address": "Address",
        "alignment": "Alignment",
        "creator": "Profile",
        "endorsement": "EndorsementCredential",
        "evidence": "Evidence",
        "geo": "GeoCoordinates",
        "identifier": "IdentityObject",
        "image": "Image",
        "otherIdentifier": "IdentifierEntry",
        "parentOrg": "Profile",
        "related": "Related",
        "result": "Result",
        "resultDescription": "ResultDescription",
        "rubricCriterionLevel": "RubricCriterionLevel",
        "source": "Profile",
    }
)
#: Where a text stands under a property that holds an object elsewhere.
TEXTS = frozenset({("Result", "resultDescription"), ("IdentifierEntry", "identifier")})
NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Achievement": ("id", "name", "description", "criteria"),
        "Alignment": ("targetName", "targetUrl"),
        "GeoCoordinates": ("latitude", "longitude"),
        "IdentifierEntry": ("identifier", "identifierType"),
        "IdentityObject": ("hashed", "identityHash", "identityType"),
        "Image": ("id",),
        "Profile": ("id",),
        "Related": ("id",),
        "ResultDescription": ("id", "name", "resultType"),
        "RubricCriterionLevel": ("id", "name"),
    }
)
_IDENTIFIERS = (
    "name sourcedId systemId productId userName accountId emailAddress nationalIdentityNumber isbn issn lisSourcedId "
    "oneRosterSourcedId sisSourcedId ltiContextId ltiDeploymentId ltiToolId ltiPlatformId ltiUserId identifier"
)
_STATUSES = "Completed Enrolled Failed InProgress OnHold Provisional Withdrew"
_RESULTS = (
    "GradePointAverage LetterGrade Percent PerformanceLevel PredictedScore RawScore Result RubricCriterion "
    "RubricCriterionLevel RubricScore ScaledScore Status"
)
#: The words that a property may hold; a word of one's own begins with "ext:", but for a status.
WORDS: Mapping[tuple[str, str], frozenset[str]] = MappingProxyType(
    {
        ("IdentifierEntry", "identifierType"): frozenset(_IDENTIFIERS.split()),
        ("IdentityObject", "identityType"): frozenset(_IDENTIFIERS.split()),
        ("Result", "status"): frozenset(_STATUSES.split()),
        ("ResultDescription", "resultType"): frozenset(_RESULTS.split()),
    }
)


def faults(credential: Mapping[str, Any], *, now: datetime) -> list[str]:
    """Return in sentences what is wrong with a credential's form and days."""
    return [*_form(credential), *_subject(credential), *dict.fromkeys(_parts(credential)), *_days(credential, now=now)]


def several(value: Any) -> list[Any]:
    """Return one value or a list of them as a list."""
    return value if isinstance(value, list) else [value]


def _form(credential: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with contexts, types and issuer (section B.1)."""
    contexts = credential.get("@context")
    if OLD_CONTEXT in several(contexts) or any(term in credential for term in OLD_TERMS):
        yield "The credential is of the older data model 1.1; Hansa reads Verifiable Credentials 2.0."
    if not _are_badge(contexts):
        yield "The context is not that of Verifiable Credentials 2.0 followed by that of Open Badges 3.0."
    types = credential.get("type")
    if not isinstance(types, list) or "VerifiableCredential" not in types or not BADGES & set(map(str, types)):
        yield "The types are not those of an Open Badges 3.0 credential."
    issuer = credential.get("issuer")
    if not isinstance(issuer, dict) or not issuer.get("id") or "Profile" not in several(issuer.get("type")):
        yield "The issuer is no profile with an id."


def _are_badge(contexts: Any) -> bool:
    if not isinstance(contexts, list) or len(contexts) < len(("credentials", "badges")):
        return False
    return contexts[0] == CREDENTIALS and isinstance(contexts[1], str) and contexts[1].startswith(FAMILY)


def _subject(credential: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with who achieved what (section B.1.3)."""
    subject = credential.get("credentialSubject")
    if not isinstance(subject, dict) or "AchievementSubject" not in several(subject.get("type")):
        yield "The subject is no achievement subject."
        return
    if not subject.get("id") and not subject.get("identifier"):
        yield "The subject names nobody, neither by an id nor by an identifier."
    if not isinstance(subject.get("achievement"), dict):
        yield "The subject names no achievement."


def _parts(element: Mapping[str, Any], level: int = 0) -> Iterator[str]:
    """Say what is wrong with the objects in an object, down to the last one."""
    if level > MOST_LEVELS:
        yield "The credential is nested too deep."
        return
    types = [one for one in several(element.get("type")) if isinstance(one, str)]
    yield from _says(element, types)
    for name, value in element.items():
        for one in several(value):
            if isinstance(one, dict):
                yield from _parts(one, level + 1)
            if name in KINDS and not _fits(one, name=name, types=types):
                yield f"What stands under {name} is not of the type {KINDS[name]}."


def _fits(one: Any, *, name: str, types: list[str]) -> bool:
    if isinstance(one, dict):
        return KINDS[name] in several(one.get("type"))
    return isinstance(one, str) and any((kind, name) in TEXTS for kind in types)


def _says(element: Mapping[str, Any], types: list[str]) -> Iterator[str]:
    for kind in types:
        for name in NEEDED.get(kind, ()):
            if element.get(name) in (None, "", [], {}):
                yield f"An object of the type {kind} says nothing about its {name}."
        for (where, name), words in WORDS.items():
            if where == kind and name in element and not _is_word(element[name], words=words, is_own=name != "status"):
                yield f"The {name} of an object of the type {kind} is none of the words of Open Badges 3.0."


def _is_word(value: Any, *, words: frozenset[str], is_own: bool) -> bool:
    return isinstance(value, str) and (value in words or (is_own and value.startswith("ext:")))


def _days(credential: Mapping[str, Any], *, now: datetime) -> Iterator[str]:
    """Say whether the credential is not valid yet, or not any more."""
    if "validFrom" not in credential:
        yield "The credential does not say from when it is valid."
    moments = {name: read_moment(credential[name]) for name in ("validFrom", "validUntil") if name in credential}
    yield from (f"{name} is no moment with a time zone." for name, at in moments.items() if at is None)
    since, until = moments.get("validFrom"), moments.get("validUntil")
    if since is not None and since > now:
        yield "The credential is not valid yet."
    if until is not None and until < now:
        yield "The credential is not valid any more."
