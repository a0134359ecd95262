"""What stands in an element that holds no others: texts, numbers, days, codes.

A leaf knows both ways, to write a value and to understand what a partner wrote, and holds
both to the same rule. So nothing goes out that we would refuse ourselves. A fault names the
element, never what stands in it, since that may be somebody's name or date of birth.

    DAY.read(element)       # date(2026, 9, 1), or InvalidError: la/start-date: this must be a day ...
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.xml import AGAIN, Element, local_name

CORRECT = "Correct it in the record here, then try again."
ZONE = r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"


def place(element: Element) -> str:
    """Return where an element stands, as a path from below the root with the position among its like."""
    way = [element, *element.iterancestors()]
    return "/".join(_step(found) for found in reversed(way[:-1] or way))


def _step(element: Element) -> str:
    before = list(element.itersiblings(str(element.tag), preceding=True))
    after = list(element.itersiblings(str(element.tag)))
    return local_name(element) + (f"[{len(before) + 1}]" if before or after else "")


def missing(parent: Element, local: str, *, remedy: str = AGAIN) -> InvalidError:
    """Return the error for an element that ought to stand in another and does not."""
    return InvalidError(f"{place(parent)}/{local}: this element is missing or empty.", remedy)


@dataclass(frozen=True)
class Leaf:
    """One kind of text between two tags; ``nothing`` is what a record holds where there is none."""

    wanted: str
    understand: Callable[[str], Any]
    say: Callable[[Any], str] = str
    nothing: Any = None

    def is_absent(self, element: Element) -> bool:
        """Tell whether the element says nothing."""
        return not (element.text or "").strip()

    def fill(self, element: Element, value: Any) -> None:
        """Write a value into an element, or raise InvalidError naming the element."""
        element.text = self.said(element, value)

    def said(self, element: Element, value: Any) -> str:
        """Return a value as the text that an element or attribute takes."""
        said = self.say(value)
        self.understood(element, said, remedy=CORRECT)
        if not _WRITABLE.fullmatch(said):
            raise InvalidError(f"{place(element)}: this holds a character that XML cannot carry.", CORRECT)
        return said

    def read(self, element: Element) -> Any:
        """Return the value in an element, or raise InvalidError naming the element."""
        return self.understood(element, (element.text or "").strip())

    def understood(self, element: Element, said: str, *, remedy: str = AGAIN) -> Any:
        """Return what a text means, or raise InvalidError naming the element."""
        try:
            return self.understand(said)
        except ValueError:
            raise InvalidError(f"{place(element)}: this must be {self.wanted}.", remedy) from None


# The characters of XML 1.0, section 2.2, that can be written as they are.
_WRITABLE = re.compile("[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


def matching(pattern: str, wanted: str) -> Leaf:
    """Return a kind of text that has one pattern as a whole."""
    whole = re.compile(pattern)

    def understand(said: str) -> str:
        if not whole.fullmatch(said):
            raise ValueError(wanted)
        return said

    return Leaf(wanted, understand, nothing="")


def one_of(*values: str) -> Leaf:
    """Return a kind of text that is one of a closed list."""
    return matching("|".join(map(re.escape, values)), f"one of {', '.join(values)}")


def whole(low: int, high: int) -> Leaf:
    """Return a kind of whole number between two bounds."""
    wanted = f"a whole number from {low} to {high}"

    def understand(said: str) -> int:
        # A bound on the digits: int() of a very long text takes very long.
        number = int(_chosen(r"[+-]?[0-9]{1,18}", said))
        if not low <= number <= high:
            raise ValueError(wanted)
        return number

    return Leaf(wanted, understand)


def _chosen(pattern: str, said: str) -> str:
    found = re.fullmatch(pattern, said)
    if not found:
        raise ValueError(pattern)
    return found.group(found.lastindex or 0)


def _day(said: str) -> date:
    return date.fromisoformat(_chosen(f"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}){ZONE}", said))


def _month_day(said: str) -> str:
    found = _chosen(f"--([0-9]{{2}}-[0-9]{{2}}){ZONE}", said)
    date.fromisoformat(f"2000-{found}")
    return found


def _moment(said: str) -> datetime:
    seconds = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    return _zoned(datetime.fromisoformat(_chosen(f"({seconds}{ZONE})", said)))


def _zoned(moment: datetime) -> datetime:
    # The schema lets the zone be left out; the network's own texts count such times in UTC.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def plain_decimal(value: Decimal) -> str:
    """Return a decimal number without an exponent and without idle zeros."""
    written = format(value, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


#: Types of the schemas in common-types.xsd, version 1.16.0, and of XML Schema part 2.
TEXT = matching(r"(?s)\s*\S.*", "a text that is not empty")
IDENTIFIER = matching(r"[!-~]{1,64}", "an identifier of 1 to 64 printable ASCII characters")
EMAIL = matching(r"(?s)[^@]+@[^.]+\..+", "an e-mail address")
HTTP = matching(r"https?://[^\s<>\"{}|\\^`]+", "an address that starts with https:// or http://")
HTTPS = matching(r"https://[^\s<>\"{}|\\^`]+", "an address that starts with https://")
COUNTRY = matching(r"[A-Z]{2}", "a country code of two capital letters (ISO 3166-1)")
LANGUAGE = matching(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*", "a language code such as “en” (BCP 47)")
CEFR = matching(r"[ABC][12]|NS", "a language level from A1 to C2, or NS")
ISCED = matching(r"[0-9]{4}", "a field of education of four digits (ISCED-F 2013)")
E164 = matching(r"\+[0-9]{1,15}", "a telephone number such as +4930450 (E.164)")
ACADEMIC_YEAR = matching(r"[0-9]{4}/[0-9]{4}", "an academic year such as 2026/2027")
ACADEMIC_TERM = matching(r"[0-9]{4}/[0-9]{4}-[1-9]/[1-9]", "an academic term such as 2026/2027-1/2")
YEAR_MONTH = matching(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])", "a month such as 2026-09")
EQF = whole(1, 8)
GENDER = one_of("0", "1", "2", "9")
COUNT = whole(0, 10**15)
DAY = Leaf("a day such as 2026-09-01", _day, date.isoformat)
MONTH_DAY = Leaf("a day of the year such as --05-31", _month_day, "--{}".format, nothing="")
MOMENT = Leaf("a time such as 2026-09-01T12:00:00Z", _moment, lambda moment: _zoned(moment).isoformat())
DECIMAL = Leaf(
    "a decimal number such as 7.5",
    lambda said: Decimal(_chosen(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})", said)),
    plain_decimal,
)
