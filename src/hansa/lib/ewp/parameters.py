"""Read the parameters of a request: which are known, how often they come, what form they have.

Unknown parameters are ignored, so that a partner with a newer minor version can ask us.
Everything else that is wrong is answered with status 400 and the name of the parameter
(architecture 1.16.0, error handling).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hansa.lib.ewp.answers import AnswerError

# XML 1.0, section 2.2: what may not stand in any document, and so not in an echo or an id either.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# XML Schema part 2, section 3.2.7, with the zone that the network requires.
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# types-academic-term 2.0.0, AcademicYearId.
_ACADEMIC_YEAR = re.compile(r"(\d{4})/(\d{4})", re.ASCII)


@dataclass(frozen=True)
class Parameter:
    """One parameter that an endpoint knows: its name and how often it may come."""

    name: str
    least: int = 0
    most: int | None = 1
    #: Whether a value of no characters counts as one, as in an echo.
    keeps_empty: bool = False


def required(name: str) -> Parameter:
    """Return a parameter that must come exactly once."""
    return Parameter(name, least=1)


def optional(name: str) -> Parameter:
    """Return a parameter that may come once."""
    return Parameter(name)


def repeatable(name: str, *, least: int = 0, most: int | None = None) -> Parameter:
    """Return a parameter that may come many times, up to the limit that the manifest announces."""
    return Parameter(name, least=least, most=most)


def read_parameters(pairs: Iterable[tuple[str, str]], *known: Parameter) -> Mapping[str, tuple[str, ...]]:
    """Return the values of every known parameter, or raise AnswerError with status 400."""
    found: dict[str, list[str]] = {parameter.name: [] for parameter in known}
    keeping = {parameter.name for parameter in known if parameter.keeps_empty}
    for name, value in pairs:
        if name in found and (value or name in keeping):
            found[name].append(_clean(name, value=value))
    for parameter in known:
        _check_count(parameter, given=len(found[parameter.name]))
    return {name: tuple(values) for name, values in found.items()}


def _clean(name: str, *, value: str) -> str:
    if _NOT_IN_XML.search(value):
        raise AnswerError(f"{name}: a value has characters that no XML document may hold.", "Send it without them.")
    return value


def _check_count(parameter: Parameter, *, given: int) -> None:
    name, least, most = parameter.name, parameter.least, parameter.most
    if given < least:
        raise AnswerError(f"{name}: this parameter is missing.", f"Send it at least {times(least)}.")
    if most is not None and given > most:
        raise AnswerError(f"{name}: it is given {given} times.", f"Send it at most {times(most)} in one request.")


def times(count: int) -> str:
    """Return a count as people say it."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def exactly_one(values: Mapping[str, tuple[str, ...]], *, of: tuple[str, ...]) -> str:
    """Return the name of the one parameter that is given, of several that exclude each other, or raise AnswerError."""
    given = [name for name in of if values[name]]
    if len(given) != 1:
        raise AnswerError(
            f"{', '.join(of)}: {'none' if not given else 'more than one'} of these parameters is given.",
            "Send exactly one of them.",
        )
    return given[0]


def modified_since(values: Mapping[str, tuple[str, ...]]) -> datetime | None:
    """Return the moment of ``modified_since``, or None where it is not given."""
    return moment("modified_since", value=values["modified_since"][0]) if values["modified_since"] else None


def moment(name: str, *, value: str) -> datetime:
    """Read a parameter as a full xs:dateTime with a zone, or raise AnswerError."""
    text = value.strip()
    if _MOMENT.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise AnswerError(
        f"{name}: this is not a date and time with a zone.",
        "Send it like 2026-02-12T15:19:21+01:00, with the plus sign written as %2B in an address.",
    )


def day(name: str, *, value: str) -> date:
    """Read a parameter as an xs:date without a zone, or raise AnswerError."""
    if _DAY.fullmatch(value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise AnswerError(f"{name}: this is not a date.", "Send it like 2026-02-12.")


def academic_year(name: str, *, value: str) -> str:
    """Read a parameter as an academic year, 2026/2027 or 2026/2026 in the south, or raise AnswerError."""
    found = _ACADEMIC_YEAR.fullmatch(value.strip())
    if found is None or int(found[2]) - int(found[1]) not in {0, 1}:
        raise AnswerError(f"{name}: this is not an academic year.", "Send it like 2026/2027.")
    return value.strip()
