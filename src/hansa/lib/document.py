"""The agreement as a document: which JSON is one, in every detail.

An agreement is read by people and obeyed by nodes, so it may have one reading only: every
object has a closed set of keys, every text stands in every language of the title, every
term is a word of its area's vocabulary. A fault names its place and the remedy, and it makes
the whole document invalid; nothing is repaired or skipped.

    check(document, vocabularies=vocabularies)
    # InvalidError: clauses[3].limits.minimum_cell: this must be a whole number. Give one between 1 and 1000.
"""

import re
from collections.abc import Mapping
from datetime import date

from hansa.lib import shapes
from hansa.lib.canonical import JSON, parse
from hansa.lib.errors import InvalidError
from hansa.lib.keys import SealingPublicKey, VerifyingKey
from hansa.lib.terms import ALL, INSTITUTION, TERM_KEYS, Vocabularies, check_terms

FORMAT = "agreement/1"
LANGUAGES = ("en", "de", "sv")
MOST_PARTIES = 50
MOST_CLAUSES = 500
MOST_SIGNATORIES = 20
LONGEST_NAME = 300
LONGEST_NOTICE = 3650

_ID = re.compile(r"urn:hansa:agreement:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_CLAUSE = re.compile(r"[0-9A-Za-z]{1,8}(\.[0-9A-Za-z]{1,8}){0,5}")
_AREA = re.compile(r"[a-z]{1,40}")

DOCUMENT_KEYS = ("hansa", "id", "version", "previous", "title", "preamble", "parties", "valid", "clauses")
AMENDABLE_KEYS = ("title", "preamble", "parties", "valid", "clauses")
CLAUSE_KEYS = ("id", "area", "title", "text", "parties", *TERM_KEYS)
PARTY_KEYS = ("id", "name", "country", "signing_key", "sealing_key", "signatories")


def check(document: JSON, *, vocabularies: Vocabularies) -> None:
    """Refuse a document that is not an agreement in every detail; the error names the place."""
    check_structure(document)
    institutions = tuple(party["id"] for party in document["parties"])
    for position, clause in enumerate(document["clauses"]):
        vocabulary = vocabularies.get(clause["area"])
        check_terms(clause, f"clauses[{position}]", vocabulary=vocabulary, institutions=institutions)


def read(data: bytes | str, *, vocabularies: Vocabularies) -> JSON:
    """Read an agreement from JSON text and check it."""
    document = parse(data)
    check(document, vocabularies=vocabularies)
    return document


def check_structure(document: JSON) -> None:
    """Refuse a document whose shape is wrong; the words of its clauses are left to check()."""
    shapes.mapping(document, "", needed=DOCUMENT_KEYS)
    if document["hansa"] != FORMAT:
        raise InvalidError("hansa: this is another format.", f'Write "{FORMAT}".')
    shapes.matching(
        document["id"], "id", pattern=_ID, example="urn:hansa:agreement:01234567-89ab-cdef-0123-456789abcdef"
    )
    _check_version(document)
    languages = _check_title(document["title"])
    _check_texts(document["preamble"], "preamble", languages=languages)
    institutions = check_parties(document["parties"])
    check_valid(document["valid"])
    clauses = shapes.items(document["clauses"], "clauses", least=1, most=MOST_CLAUSES)
    for position, clause in enumerate(clauses):
        _check_clause(clause, f"clauses[{position}]", languages=languages, institutions=institutions)
    shapes.distinct([clause["id"] for clause in document["clauses"]], "clauses", what="clause id")


def _check_version(document: JSON) -> None:
    version = shapes.whole(document["version"], "version", low=1, high=10_000)
    previous = document["previous"]
    if version == 1 and previous is not None:
        raise InvalidError("previous: a first version follows no other.", "Write null.")
    if version > 1:
        shapes.matching(previous, "previous", pattern=_HASH, example="sha256:… of the version before")


def _check_title(value: object) -> tuple[str, ...]:
    title = shapes.mapping(value, "title", needed=("en",), allowed=LANGUAGES)
    _check_texts(title, "title", languages=tuple(title), most=LONGEST_NAME)
    return tuple(title)


def _check_texts(value: object, place: str, *, languages: tuple[str, ...], most: int = shapes.LONGEST_TEXT) -> None:
    # Every text is in every language of the title: a missing translation is a missing promise.
    texts = shapes.mapping(value, place, needed=languages)
    for language in languages:
        shapes.text(texts[language], f"{place}.{language}", most=most)


def check_parties(value: object) -> tuple[str, ...]:
    """Return the ids of the parties of a well-formed list of them, or raise InvalidError."""
    parties = shapes.items(value, "parties", least=2, most=MOST_PARTIES)
    checked = [_check_party(party, f"parties[{position}]") for position, party in enumerate(parties)]
    for key, what in (("id", "institution"), ("signing_key", "signing key"), ("sealing_key", "sealing key")):
        shapes.distinct([party[key] for party in checked], "parties", what=what)
    return tuple(str(party["id"]) for party in checked)


def _check_party(value: object, place: str) -> Mapping[str, object]:
    party = shapes.mapping(value, place, needed=PARTY_KEYS)
    shapes.matching(party["id"], f"{place}.id", pattern=INSTITUTION, example="https://ror.org/001w7jn25")
    shapes.text(party["name"], f"{place}.name", most=LONGEST_NAME)
    shapes.matching(party["country"], f"{place}.country", pattern=_COUNTRY, example="DE")
    _check_keys(party, place)
    signatories = shapes.items(party["signatories"], f"{place}.signatories", least=1, most=MOST_SIGNATORIES)
    for position, signatory in enumerate(signatories):
        here = f"{place}.signatories[{position}]"
        person = shapes.mapping(signatory, here, needed=("name", "office", "delegation"))
        for key in ("name", "office", "delegation"):
            shapes.text(person[key], f"{here}.{key}", most=LONGEST_NAME)
    return party


def _check_keys(party: Mapping[str, object], place: str) -> None:
    for name, reader in (("signing_key", VerifyingKey), ("sealing_key", SealingPublicKey)):
        written = shapes.text(party[name], f"{place}.{name}", most=LONGEST_NAME)
        try:
            reader.from_text(written)
        except InvalidError as error:
            raise InvalidError(
                f"{place}.{name}: this is no public key. {error.message}",
                "Copy the key from the institution's invitation.",
            ) from None


def check_valid(value: object) -> tuple[date, date | None]:
    """Return the first and the last day of validity, or raise InvalidError."""
    valid = shapes.mapping(value, "valid", needed=("from", "until", "notice_days"))
    first = shapes.day(valid["from"], "valid.from")
    last = None if valid["until"] is None else shapes.day(valid["until"], "valid.until")
    if last is not None and last < first:
        raise InvalidError("valid.until: this is before valid.from.", "Give a later day, or null.")
    shapes.whole(valid["notice_days"], "valid.notice_days", low=0, high=LONGEST_NOTICE)
    return first, last


def _check_clause(value: object, place: str, *, languages: tuple[str, ...], institutions: tuple[str, ...]) -> None:
    clause = shapes.mapping(value, place, needed=CLAUSE_KEYS)
    shapes.matching(clause["id"], f"{place}.id", pattern=_CLAUSE, example="4.1")
    shapes.matching(clause["area"], f"{place}.area", pattern=_AREA, example="studies")
    _check_texts(clause["title"], f"{place}.title", languages=languages, most=LONGEST_NAME)
    _check_texts(clause["text"], f"{place}.text", languages=languages)
    if clause["parties"] == ALL:
        return
    named = shapes.items(clause["parties"], f"{place}.parties", least=1, most=MOST_PARTIES)
    for position, institution in enumerate(named):
        if institution not in institutions:
            raise InvalidError(
                f"{place}.parties[{position}]: this institution is no party of the agreement.",
                f'Name one of {", ".join(institutions)}, or write "{ALL}" instead of the list.',
            )
    shapes.distinct(named, f"{place}.parties", what="institution")
