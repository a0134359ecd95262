"""Strict checks of plain JSON values, each naming the place of the fault.

A signed document must have one reading. So every object has a closed set of keys, every
text is bounded and free of characters that hide or reorder others, and a number is never
taken for a truth value. A place is written the way people point: `clauses[3].limits`.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeGuard

from hansa.lib.errors import InvalidError

# Control characters but the line break, formatting characters that hide or reorder others
# (bidirectional marks, zero-width characters, soft hyphen, tags), line and paragraph
# separators, surrogates and private use. Written out, so that every node refuses the same
# characters whatever Unicode version its Python knows.
_HIDING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\uf8ff\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U0010ffff]"
)
LONGEST_TEXT = 20_000
LONGEST_REMARK = 2_000
LARGEST_WHOLE = 2**53 - 1


def join(place: str, key: str) -> str:
    """Name the place of a key below another place."""
    return f"{place}.{key}" if place else key


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) if words else "none"


def mapping(
    value: object,
    place: str,
    *,
    needed: Sequence[str] = (),
    allowed: Sequence[str] = (),
) -> Mapping[str, object]:
    """Return an object that has every needed key and no key beyond needed and allowed."""
    here = place or "the document"
    if not isinstance(value, Mapping):
        raise InvalidError(f"{here}: this must be an object.", "Write it as {…}.")
    for key in value:
        if not isinstance(key, str) or key not in (*needed, *allowed):
            raise InvalidError(
                f"{join(place, str(key))}: this key is not known.",
                f"Remove it; the keys of {here} are {_listed((*needed, *allowed))}.",
            )
    for key in needed:
        if key not in value:
            raise InvalidError(f"{join(place, key)}: this key is missing.", "Add it.")
    return value


def items(value: object, place: str, *, least: int, most: int) -> Sequence[object]:
    """Return a list whose length is within the bounds."""
    if not isinstance(value, list | tuple):
        raise InvalidError(f"{place}: this must be a list.", "Write it as […].")
    if not least <= len(value) <= most:
        raise InvalidError(
            f"{place}: this list has {len(value)} entries.",
            f"Give between {least} and {most}.",
        )
    return value


def is_clean(value: str) -> bool:
    """Tell whether a text is in normal form and shows every character it holds."""
    return _HIDING.search(value) is None and unicodedata.is_normalized("NFC", value)


def remark(value: object) -> str:
    """Return what somebody else wrote beside a decision as it can be kept and shown: bounded, and hiding nothing."""
    written = value if isinstance(value, str) else ""
    shown = unicodedata.normalize("NFC", _HIDING.sub("", written[: 4 * LONGEST_REMARK])).strip()
    return shown if len(shown) <= LONGEST_REMARK else shown[: LONGEST_REMARK - 1] + "…"


def text(value: object, place: str, *, most: int = LONGEST_TEXT) -> str:
    """Return a text that is not blank, not too long and hides nothing."""
    if not isinstance(value, str):
        raise InvalidError(f"{place}: this must be a text.", 'Write it in quotes: "…".')
    if not value.strip() or len(value) > most:
        raise InvalidError(
            f"{place}: this text has {len(value.strip())} characters.",
            f"Give between 1 and {most}.",
        )
    if not is_clean(value):
        raise InvalidError(
            f"{place}: this text holds hidden, control or decomposed characters.",
            "Write it in normal form (NFC) with visible characters and line breaks only.",
        )
    return value


def matching(value: object, place: str, *, pattern: re.Pattern[str], example: str) -> str:
    """Return a text of the given form."""
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise InvalidError(f"{place}: this is not of the form asked for.", f"Write it like {example}.")
    return value


def is_whole(value: object) -> TypeGuard[int]:
    """Tell whether a value is a whole number and no truth value."""
    return isinstance(value, int) and not isinstance(value, bool)


def whole(value: object, place: str, *, low: int, high: int) -> int:
    """Return a whole number within the bounds."""
    if not is_whole(value) or not low <= value <= high:
        raise InvalidError(f"{place}: this must be a whole number.", f"Give one between {low} and {high}.")
    return value


def day(value: object, place: str) -> date:
    """Return a calendar day written as 2026-01-31."""
    written = matching(value, place, pattern=re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), example="2026-01-31")
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise InvalidError(f"{place}: the calendar has no day {written}.", "Give a day that exists.") from error


def distinct(values: Sequence[object], place: str, *, what: str) -> None:
    """Refuse a list in which something stands twice."""
    seen: set[object] = set()
    for position, value in enumerate(values):
        if value in seen:
            raise InvalidError(f"{place}[{position}]: this {what} is there twice.", "Keep one of the two.")
        seen.add(value)
