"""One value, one sequence of bytes.

A hash or a signature speaks about bytes, people and programs speak about values.
The JSON Canonicalization Scheme (RFC 8785) joins the two: keys in the order of
their UTF-16 code units, numbers as ECMAScript writes them, no white space. Two
nodes which hold the same value hold the same bytes, so a hash over them is the
same everywhere and for ever.

Reading is as strict as writing, because a reader who is lenient can be shown one
value while another reader sees a different one under the same signature: a key
given twice, a number that a double cannot hold, half of a surrogate pair and
nesting without end are refused and never repaired.
"""

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable
from json.encoder import encode_basestring
from typing import Any, NoReturn, TypeAlias

import rfc8785

from hansa.lib.errors import InvalidError

# The shape of a document is checked where it enters; behind that point a type of six
# nested alternatives would only force a cast on every reader.
JSON: TypeAlias = Any

MAXIMUM_DEPTH = 64
MAXIMUM_INTEGER = 2**53 - 1
_LONGEST_INTEGER = len("-1000000000000000000000")
_LEAST_PLAIN, _MOST_PLAIN = 1e-4, 1e16
_SURROGATE = re.compile(r"\\u[dD][89abcdefABCDEF]")


def canonical(value: JSON) -> bytes:
    """Write a JSON value as the only bytes that may be hashed or signed (RFC 8785)."""
    try:
        return _written(value).encode()
    except (rfc8785.CanonicalizationError, TypeError) as error:
        raise InvalidError(
            f"The value has no canonical form: {error}.",
            "Use text keys, finite numbers and whole numbers up to 2^53-1; send a larger number as text.",
        ) from None
    except (UnicodeEncodeError, RecursionError):
        raise InvalidError(
            "The value has no canonical form: a text is not Unicode or the nesting is too deep.",
            "Use plain text and a flatter document.",
        ) from None


def digest(value: JSON) -> str:
    """Return "sha256:" and the hexadecimal SHA-256 of the canonical form."""
    return digest_bytes(canonical(value))


def digest_bytes(data: bytes) -> str:
    """Return "sha256:" and the hexadecimal SHA-256 of bytes that are canonical already."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def parse(data: bytes | str) -> JSON:
    """Read JSON that has exactly one meaning, or raise InvalidError."""
    text = _decode(data)
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise _invalid(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _too_deep() from None
    if _SURROGATE.search(text):
        canonical(value)
    _check_depth(value, text)
    return value


def parse_canonical(data: bytes | str) -> JSON:
    """Read JSON and refuse it unless its bytes are the canonical form of its value."""
    value = parse(data)
    if canonical(value) != (data.encode() if isinstance(data, str) else data):
        raise _invalid("it is not in the canonical form of RFC 8785")
    return value


def encode64(data: bytes) -> str:
    """Write bytes as base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode64(text: str) -> bytes:
    """Read base64url without padding; refuse every other spelling of the same bytes."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise _invalid("a part is not base64url text") from None
    if encode64(data) != text:
        raise _invalid("a part is not the one base64url spelling of its bytes")
    return data


# rfc8785 is right about everything and slow about most: what needs no thought is written here,
# the rest (odd numbers, subclasses, refusals) there. Tests hold the two against each other.
def _written(value: JSON) -> str:
    return _WRITERS.get(type(value), _written_with_care)(value)


def _written_with_care(value: JSON) -> str:
    return rfc8785.dumps(value).decode()


def _written_object(value: dict[str, JSON]) -> str:
    # Joining the keys finds out in one step whether all are text and whether all are ASCII.
    order = sorted(value) if "".join(value).isascii() else sorted(value, key=_utf16)
    return "{" + ",".join([f"{encode_basestring(key)}:{_written(value[key])}" for key in order]) + "}"


def _written_array(value: Iterable[JSON]) -> str:
    return "[" + ",".join(map(_written, value)) + "]"


def _written_integer(value: int) -> str:
    return repr(value) if -MAXIMUM_INTEGER <= value <= MAXIMUM_INTEGER else _written_with_care(value)


def _written_float(value: float) -> str:
    # Python and ECMAScript agree where neither writes an exponent nor ".0".
    is_plain = _LEAST_PLAIN <= abs(value) < _MOST_PLAIN and not value.is_integer()
    return repr(value) if is_plain else _written_with_care(value)


def _utf16(key: str) -> bytes:
    return key.encode("utf-16be")


_WRITERS: dict[type, Callable[[JSON], str]] = {
    str: encode_basestring,
    dict: _written_object,
    list: _written_array,
    tuple: _written_array,
    int: _written_integer,
    float: _written_float,
}


def _decode(data: bytes | str) -> str:
    try:
        return data.encode().decode() if isinstance(data, str) else data.decode()
    except UnicodeError:
        raise _invalid("it is not UTF-8 text") from None


def _object(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _invalid("an object gives the same key twice")
    return value


def _constant(name: str) -> NoReturn:
    raise _invalid(f"{name} is not a number of JSON")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _invalid("a number is too large for a double")
    return value


def _integer(text: str) -> int | float:
    # RFC 8785 writes no longer one, and int() of very long text is slow.
    if len(text) <= _LONGEST_INTEGER:
        value = int(text)
        if abs(value) <= MAXIMUM_INTEGER:
            return value
        # The double 1e20 is written 100000000000000000000: that, and nothing near it, comes back.
        if rfc8785.dumps(float(value)) == text.encode():
            return float(value)
    raise _invalid("a whole number is beyond 2^53-1")


def _check_depth(value: JSON, text: str) -> None:
    if text.count("[") + text.count("{") <= MAXIMUM_DEPTH:
        return
    level = [value]
    for _ in range(MAXIMUM_DEPTH):
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise _too_deep()


def _children(node: JSON) -> list[JSON]:
    if isinstance(node, dict):
        return [child for child in node.values() if isinstance(child, dict | list)]
    return [child for child in node if isinstance(child, dict | list)] if isinstance(node, list) else []


def _too_deep() -> InvalidError:
    return _invalid(f"it is nested deeper than {MAXIMUM_DEPTH} levels")


def _invalid(reason: str) -> InvalidError:
    return InvalidError(f"The JSON text cannot be read: {reason}.", "Ask the sender for a corrected text.")
