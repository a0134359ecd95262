"""Read a cohort expression as ATLAS exports it, or refuse it naming the construct and its place."""

import json
from typing import Any

from hansa.lib.cohorts.domains import DEMOGRAPHICS, DOMAINS, Domain
from hansa.lib.cohorts.expression import (
    Bound,
    CohortExpression,
    ConceptItem,
    ConceptSet,
    Correlated,
    Criterion,
    CustomEra,
    DateAdjustment,
    DateOffset,
    Demographic,
    Group,
    InclusionRule,
    Occurrence,
    Period,
    Window,
)
from hansa.lib.cohorts.places import Place, date, folded, refuse
from hansa.lib.cohorts.values import concept, conditions

LIMITS = ("All", "First", "Last")
KINDS = ("ALL", "ANY", "AT_LEAST", "AT_MOST")
EDGES = ("START_DATE", "END_DATE")
OPERATORS = {0: "=", 1: "<=", 2: ">="}
BY_FOLDED_NAME = {folded(name): domain for name, domain in DOMAINS.items()}
# Names and origin of an expression do not change its rows.
DESCRIPTIVE = ("Title", "cdmVersionRange")
CATALOGUED = ("name", "description", "createdBy", "createdDate", "modifiedBy", "modifiedDate", "tags")


def read(text: str | bytes) -> CohortExpression:
    """Read a cohort expression from its JSON."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise refuse("$", "it is not JSON") from wrong
    root = Place(given, "$")
    root.ignore(*DESCRIPTIVE)
    entry = root.needed("PrimaryCriteria")
    window = entry.place("ObservationWindow") or Place({}, entry.at("ObservationWindow"))
    found = CohortExpression(
        concept_sets=tuple(concept_set(each) for each in root.places("ConceptSets")),
        entry=tuple(criterion(each) for each in entry.places("CriteriaList")),
        prior_days=window.whole("PriorDays") or 0,
        post_days=window.whole("PostDays") or 0,
        entry_limit=limit(entry, "PrimaryCriteriaLimit"),
        additional=optional_group(root, "AdditionalCriteria"),
        qualified_limit=limit(root, "QualifiedLimit"),
        rules=tuple(inclusion_rule(each) for each in root.places("InclusionRules")),
        expression_limit=limit(root, "ExpressionLimit"),
        exit=end_strategy(root),
        censoring=tuple(criterion(each) for each in root.places("CensoringCriteria")),
        era_pad=era_pad(root),
        censor_window=period(root, "CensorWindow") or Period(None, None),
    )
    for place in (root, entry, window):
        place.finish()
    if not found.entry:
        raise refuse(entry.path, "no event lets a person enter the cohort")
    return found


def limit(place: Place, key: str) -> str:
    """Take which events of a person count; the first where nothing is said, as in Circe's ResultLimit."""
    inner = place.place(key)
    if inner is None:
        return "First"
    found = inner.choice("Type", LIMITS, default="First")
    inner.finish()
    return found


def concept_set(place: Place) -> ConceptSet:
    """Read one concept set."""
    number = place.count("id")
    place.ignore(*CATALOGUED)
    inner = place.needed("expression")
    items = tuple(concept_item(each) for each in inner.places("items"))
    inner.finish()
    place.finish()
    return ConceptSet(number, items)


def concept_item(place: Place) -> ConceptItem:
    """Read one item of a concept set."""
    found = ConceptItem(
        concept(place.take("concept"), place.at("concept")),
        excluded=bool(place.flag("isExcluded")),
        descendants=bool(place.flag("includeDescendants")),
        mapped=bool(place.flag("includeMapped")),
    )
    place.finish()
    return found


def criterion(place: Place) -> Criterion:
    """Read a criterion, which is an object under the name of its domain."""
    name, value = place.single()
    domain = BY_FOLDED_NAME.get(folded(name))
    if domain is None:
        raise refuse(place.at(name), "this construct is not known")
    inner = Place(value, place.at(name))
    found = Criterion(
        domain,
        codeset=inner.whole("CodesetId") if domain.has_codeset else None,
        source_codeset=inner.whole(domain.source[0]) if domain.source else None,
        first=bool(domain.has_first and inner.flag("First")),
        conditions=conditions(inner, domain.attributes),
        adjustment=adjustment(inner, domain),
        period=period(inner, "UserDefinedPeriod") if domain.has_period else None,
        correlated=optional_group(inner, "CorrelatedCriteria"),
    )
    inner.finish()
    return found


def adjustment(place: Place, domain: Domain) -> DateAdjustment | None:
    """Take how the dates of an event are moved."""
    inner = place.place("DateAdjustment") if domain.has_adjustment else None
    if inner is None:
        return None
    found = DateAdjustment(
        inner.choice("StartWith", EDGES, default="START_DATE") == "END_DATE",
        inner.whole("StartOffset") or 0,
        inner.choice("EndWith", EDGES, default="END_DATE") == "END_DATE",
        inner.whole("EndOffset") or 0,
    )
    inner.finish()
    return found


def period(place: Place, key: str) -> Period | None:
    """Take a first and a last day."""
    inner = place.place(key)
    if inner is None:
        return None
    days = [(inner.at(name), inner.take(name)) for name in ("StartDate", "EndDate")]
    inner.finish()
    start, end = (date(value, path) if value else None for path, value in days)
    return Period(start, end)


def optional_group(place: Place, key: str) -> Group | None:
    """Take a group of criteria, or None."""
    inner = place.place(key)
    return None if inner is None else group(inner)


def group(place: Place) -> Group:
    """Read a group of criteria."""
    kind = place.choice("Type", KINDS)
    counts = place.whole("Count")
    if counts is None and kind.startswith("AT_"):
        raise refuse(place.at("Count"), "it is missing")
    found = Group(
        kind,
        counts or 0,
        tuple(correlated(each) for each in place.places("CriteriaList")),
        tuple(demographic(each) for each in place.places("DemographicCriteriaList")),
        tuple(group(each) for each in place.places("Groups")),
    )
    place.finish()
    return found


def demographic(place: Place) -> Demographic:
    """Read conditions on the person."""
    found = Demographic(conditions(place, DEMOGRAPHICS))
    place.finish()
    return found


def correlated(place: Place) -> Correlated:
    """Read a criterion that is counted around the index event."""
    inner = criterion(place.needed("Criteria"))
    end = place.place("EndWindow")
    found = Correlated(
        inner,
        window(place.needed("StartWindow"), event_end=False),
        # An end window of older exports means the event's end where it does not say.
        window(end, event_end=True) if end else None,
        occurrence(place.needed("Occurrence"), inner.domain),
        same_visit=bool(place.flag("RestrictVisit")),
        beyond_observation=bool(place.flag("IgnoreObservationPeriod")),
    )
    place.finish()
    return found


def window(place: Place, *, event_end: bool) -> Window:
    """Read a window around the index date."""
    said = place.flag("UseEventEnd")
    found = Window(
        bound(place.needed("Start")),
        bound(place.needed("End")),
        index_end=bool(place.flag("UseIndexEnd")),
        event_end=event_end if said is None else said,
    )
    place.finish()
    return found


def bound(place: Place) -> Bound:
    """Read one edge of a window."""
    days, direction = place.whole("Days"), place.count("Coeff")
    place.finish()
    if direction not in {-1, 1}:
        raise refuse(place.at("Coeff"), "-1 or 1 is expected")
    return Bound(None if days is None else days * direction, direction == -1)


def occurrence(place: Place, domain: Domain) -> Occurrence:
    """Read how often an event must be found."""
    kind, count, distinct = place.count("Type"), place.count("Count"), bool(place.flag("IsDistinct"))
    column = place.text("CountColumn") or "DOMAIN_CONCEPT"
    place.finish()
    if kind not in OPERATORS:
        raise refuse(place.at("Type"), "0, 1 or 2 is expected")
    if distinct and column not in countable(domain):
        raise refuse(place.at("CountColumn"), f"{domain.name} does not have it")
    return Occurrence(OPERATORS[kind], count, distinct, column)


def countable(domain: Domain) -> dict[str, str]:
    """Return what may be counted distinctly of a domain, with its SQL over the event ``c``."""
    found = {"START_DATE": "c.start_date", "END_DATE": "c.end_date", "VISIT_ID": domain.visit}
    if domain.concept:
        found["DOMAIN_CONCEPT"] = f"c.{domain.concept}"
    return found | domain.counted


def inclusion_rule(place: Place) -> InclusionRule:
    """Read an inclusion rule."""
    found = InclusionRule(place.text("name") or "", group(place.needed("expression")))
    place.ignore("description")
    place.finish()
    return found


def end_strategy(root: Place) -> DateOffset | CustomEra | None:
    """Take how the cohort is left; at the end of observation where nothing is said."""
    place = root.place("EndStrategy")
    if place is None:
        return None
    name, value = place.single()
    inner = Place(value, place.at(name))
    readers: dict[str, Any] = {"dateoffset": date_offset, "customera": custom_era}
    if folded(name) not in readers:
        raise refuse(inner.path, "this construct is not known")
    found: DateOffset | CustomEra = readers[folded(name)](inner)
    inner.finish()
    return found


def date_offset(place: Place) -> DateOffset:
    """Read an exit some days after the entry event."""
    field = place.choice("DateField", ("StartDate", "EndDate"), default="StartDate")
    return DateOffset(field == "EndDate", place.whole("Offset") or 0)


def custom_era(place: Place) -> CustomEra:
    """Read an exit at the end of continuous exposure."""
    return CustomEra(
        place.count("DrugCodesetId"),
        place.whole("GapDays") or 0,
        place.whole("Offset") or 0,
        place.whole("DaysSupplyOverride"),
    )


def era_pad(root: Place) -> int:
    """Take how far apart two periods of a person may lie to become one."""
    place = root.place("CollapseSettings")
    if place is None:
        return 0
    place.choice("CollapseType", ("ERA",), default="ERA")
    days = place.whole("EraPad") or 0
    place.finish()
    return days
