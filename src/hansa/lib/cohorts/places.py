"""Read JSON key by key, knowing the place of everything, and refuse what nobody asked for."""

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from hansa.lib.errors import InvalidError

REMEDY = "Correct it in ATLAS, or ask for the cohort in another way."
LARGEST = 2**63 - 1
DIGITS = re.compile(r"-?\d{1,19}", re.ASCII)
DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def refuse(place: str, what: str) -> InvalidError:
    """Return the refusal of what stands at a place."""
    return InvalidError(f"The cohort expression cannot be honoured at {place}: {what}.", REMEDY)


# A concept set repeats the same ten keys thousands of times.
@lru_cache(maxsize=1024)
def folded(key: str) -> str:
    """Return a key as all versions of ATLAS write it, whatever its case."""
    return key.replace("_", "").lower()


class Place:
    """An object in the JSON whose keys are taken one by one."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise refuse(path, "an object is expected")
        self.path = path
        self._names = {folded(str(key)): str(key) for key in value}
        self._left: dict[str, Any] = {folded(str(key)): item for key, item in value.items()}
        if len(self._left) < len(value):
            raise refuse(path, "a key is given twice")

    def at(self, key: str) -> str:
        """Return the path of one key."""
        return f"{self.path}.{self._names.get(folded(key), key)}"

    def take(self, key: str) -> Any:
        """Take the value of a key, or None."""
        return self._left.pop(folded(key), None)

    def ignore(self, *keys: str) -> None:
        """Take keys that mean nothing for the rows."""
        for key in keys:
            self.take(key)

    def finish(self) -> None:
        """Refuse what was not taken and is not empty."""
        for key, value in self._left.items():
            if value is not None:
                raise refuse(f"{self.path}.{self._names[key]}", "this construct is not known")

    def single(self) -> tuple[str, object]:
        """Return the only key and its value."""
        given = [(self._names[key], value) for key, value in self._left.items() if value is not None]
        if len(given) != 1:
            raise refuse(self.path, "exactly one construct is expected")
        return given[0]

    def place(self, key: str) -> "Place | None":
        """Take an object, or None."""
        path, value = self.at(key), self.take(key)
        return None if value is None else Place(value, path)

    def needed(self, key: str) -> "Place":
        """Take an object that must be there."""
        found = self.place(key)
        if found is None:
            raise refuse(self.at(key), "it is missing")
        return found

    def items(self, key: str) -> list[tuple[str, Any]]:
        """Take a list, each item with its path; a missing one is empty."""
        path, value = self.at(key), self.take(key)
        if not isinstance(value, list | None):
            raise refuse(path, "a list is expected")
        return [(f"{path}[{index}]", item) for index, item in enumerate(value or [])]

    def places(self, key: str) -> list["Place"]:
        """Take a list of objects."""
        return [Place(item, path) for path, item in self.items(key)]

    def flag(self, key: str) -> bool | None:
        """Take a yes or no, or None."""
        path, value = self.at(key), self.take(key)
        if not isinstance(value, bool | None):
            raise refuse(path, "true or false is expected")
        return value

    def whole(self, key: str) -> int | None:
        """Take a whole number, or None."""
        path, value = self.at(key), self.take(key)
        return None if value is None else whole(value, path)

    def count(self, key: str) -> int:
        """Take a whole number that must be there."""
        value = self.whole(key)
        if value is None:
            raise refuse(self.at(key), "it is missing")
        return value

    def text(self, key: str) -> str | None:
        """Take a text, or None."""
        path, value = self.at(key), self.take(key)
        if not isinstance(value, str | None):
            raise refuse(path, "a text is expected")
        return value

    def choice(self, key: str, options: tuple[str, ...], *, default: str | None = None) -> str:
        """Take one of some words, in whatever case."""
        path, value = self.at(key), self.text(key) or default
        for option in options:
            if value is not None and value.lower() == option.lower():
                return option
        raise refuse(path, f"one of {', '.join(options)} is expected")


def whole(value: object, path: str) -> int:
    """Return a whole number that fits into 64 bits; some exports write it as a text or with a point."""
    if isinstance(value, str) and DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
        raise refuse(path, "a whole number is expected")
    return value


def number(value: object, path: str) -> Decimal:
    """Return a number."""
    try:
        read = Decimal(str(value))
    except InvalidOperation as wrong:
        raise refuse(path, "a number is expected") from wrong
    if not read.is_finite() or abs(read) > LARGEST:
        raise refuse(path, "a number is expected")
    return read


def date(value: object, path: str) -> dt.date:
    """Return a date."""
    found = DATE.fullmatch(str(value))
    try:
        return dt.date(*map(int, found.groups() if found else ()))
    except (TypeError, ValueError) as wrong:
        raise refuse(path, "a date is expected") from wrong
