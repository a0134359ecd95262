"""Read the values of attributes: ranges, texts, concepts."""

from hansa.lib.cohorts.domains import CONCEPTS, DATE, DECIMAL, FLAG, REGION, TEXT, WHOLE, Attribute
from hansa.lib.cohorts.expression import (
    ConceptList,
    ConceptSetChoice,
    Condition,
    DateRange,
    Flag,
    NumericRange,
    TextFilter,
    Value,
)
from hansa.lib.cohorts.places import Place, date, number, refuse, whole

COMPARISONS = ("lt", "lte", "eq", "!eq", "gt", "gte", "bt", "!bt")
TEXTS = ("contains", "!contains", "startsWith", "!startsWith", "endsWith", "!endsWith")


def conditions(place: Place, attributes: dict[str, Attribute]) -> tuple[Condition, ...]:
    """Take every attribute of a domain that a criterion names."""
    found = [
        Condition(attribute, value)
        for key, attribute in attributes.items()
        for value in READERS[attribute.kind](place, key)
    ]
    return tuple(found)


def dates(place: Place, key: str) -> list[Value]:
    """Take a range of dates."""
    inner = place.place(key)
    if inner is None:
        return []
    operator = inner.choice("Op", COMPARISONS)
    value = date(inner.take("Value"), inner.at("Value"))
    extent = inner.take("Extent")
    inner.finish()
    return [DateRange(operator, value, date(extent, inner.at("Extent")) if operator.endswith("bt") else None)]


def numbers(place: Place, key: str) -> list[Value]:
    """Take a range of numbers."""
    inner = place.place(key)
    if inner is None:
        return []
    operator = inner.choice("Op", COMPARISONS)
    value = number(inner.take("Value"), inner.at("Value"))
    extent = inner.take("Extent")
    inner.finish()
    return [NumericRange(operator, value, number(extent, inner.at("Extent")) if operator.endswith("bt") else None)]


def texts(place: Place, key: str) -> list[Value]:
    """Take a text to look for."""
    inner = place.place(key)
    if inner is None:
        return []
    operator, text = inner.choice("Op", TEXTS), inner.text("Text")
    inner.finish()
    if not text or "\0" in text:
        raise refuse(inner.at("Text"), "a text is expected")
    return [TextFilter(operator, text)]


def chosen(place: Place, key: str) -> list[Value]:
    """Take concepts, named one by one, by a concept set, or both."""
    excluded = bool(place.flag(f"{key}Exclude"))
    named = tuple(concept(item, path) for path, item in place.items(key))
    found: list[Value] = [ConceptList(named, excluded)] if named else []
    return found + selected(place, f"{key}CS", excluded=excluded)


def selected(place: Place, key: str, *, excluded: bool = False) -> list[Value]:
    """Take the choice of a concept set, as a number or with its exclusion."""
    path, given = place.at(key), place.take(key)
    if given is None:
        return []
    if not isinstance(given, dict):
        return [ConceptSetChoice(whole(given, path), excluded)]
    inner = Place(given, path)
    found = ConceptSetChoice(inner.count("CodesetId"), bool(inner.flag("IsExclusion")))
    inner.finish()
    return [found]


def flags(place: Place, key: str) -> list[Value]:
    """Take a condition that is asked for or not."""
    return [Flag()] if place.flag(key) else []


def concept(item: object, path: str) -> int:
    """Return the number of a concept; its names mean nothing for the rows."""
    # Concept sets hold thousands of them, nearly always written so.
    if isinstance(item, dict) and "CONCEPT_ID" in item:
        return whole(item["CONCEPT_ID"], f"{path}.CONCEPT_ID")
    return Place(item, path).count("CONCEPT_ID")


READERS = {DATE: dates, WHOLE: numbers, DECIMAL: numbers, TEXT: texts, CONCEPTS: chosen, FLAG: flags, REGION: selected}
