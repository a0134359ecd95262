"""A second, slow way to the rows of a cohort: plain Python over lists, written apart from the SQL.

It covers conditions and drugs, windows and counts, nested groups, inclusion rules, limits, date
offsets, era pads and censor windows.
"""

import datetime as dt

DAY = dt.timedelta(days=1)
OPERATORS = {0: lambda a, b: a == b, 1: lambda a, b: a <= b, 2: lambda a, b: a >= b}


def events(rows, concepts, *, first):
    chosen = sorted((row for row in rows if row[2] in concepts), key=lambda row: (row[3], row[0]))
    seen = set()
    kept = []
    for number, person, _concept, start, end in chosen:
        if not first or person not in seen:
            kept.append((person, start, end or start + DAY, number))
        seen.add(person)
    return kept


def within(window, event, found, *, reach, bounded, by_end):
    """Say whether an event lies in one window around the index event."""
    index = event[2] if window.get("UseIndexEnd") else event[1]
    date = found[2] if window.get("UseEventEnd", by_end) else found[1]
    first, last = window["Start"], window["End"]
    inside = True
    for bound, later in ((first, False), (last, True)):
        if bound["Days"] is not None:
            limit = index + bound["Coeff"] * bound["Days"] * DAY
        elif bounded:
            limit = reach[0] if bound["Coeff"] == -1 else reach[1]
        else:
            continue
        inside = inside and (date <= limit if later else date >= limit)
    return inside


def holds(correlated, event, found, reach):
    occurrence, bounded = correlated["Occurrence"], not correlated.get("IgnoreObservationPeriod")
    kept = []
    for each in found:
        inside = within(correlated["StartWindow"], event, each, reach=reach, bounded=bounded, by_end=False)
        if correlated.get("EndWindow"):
            inside = inside and within(correlated["EndWindow"], event, each, reach=reach, bounded=bounded, by_end=True)
        if each[0] == event[0] and inside and (not bounded or reach[0] <= each[1] <= reach[1]):
            kept.append(each[1])
    count = len(set(kept)) if occurrence["IsDistinct"] else len(kept)
    return OPERATORS[occurrence["Type"]](count, occurrence["Count"])


def met(group, event, found, reach):
    parts = [holds(each, event, found, reach) for each in group["CriteriaList"]]
    parts += [met(each, event, found, reach) for each in group.get("Groups", [])]
    return (
        not parts
        or {
            "ALL": all(parts),
            "ANY": any(parts),
            "AT_LEAST": sum(parts) >= group.get("Count", 0),
            "AT_MOST": sum(parts) <= group.get("Count", 0),
        }[group["Type"]]
    )


def limited(chosen, limit):
    if limit == "All":
        return chosen
    pick = max if limit == "Last" else min
    dates = {}
    for event in chosen:
        dates.setdefault(event[0], []).append(event[1])
    return [(person, pick(starts)) for person, starts in dates.items()]


def cohort(given, conditions, drugs, observed):
    """Return (person, start, end) of every period."""
    entry = given["PrimaryCriteria"]
    first = entry["CriteriaList"][0]["ConditionOccurrence"].get("First", False)
    found = events(drugs, {20}, first=False)
    kept = [
        event
        for event in events(conditions, {10, 11}, first=first)
        if observed[event[0]][0] <= event[1] <= observed[event[0]][1]
    ]
    kept = [event for event in kept if met(given["AdditionalCriteria"], event, found, observed[event[0]])]
    for rule in given["InclusionRules"]:
        kept = [event for event in kept if met(rule["expression"], event, found, observed[event[0]])]
    starts = [event[:2] for event in limited(kept, given["ExpressionLimit"]["Type"])]
    offset, pad = given["EndStrategy"]["DateOffset"]["Offset"] * DAY, given["CollapseSettings"]["EraPad"] * DAY
    periods = []
    for person, start in sorted(starts):
        end = min(start + offset, observed[person][1])
        if periods and periods[-1][0] == person and periods[-1][2] + pad >= start:
            periods[-1] = (person, periods[-1][1], max(periods[-1][2], end))
        else:
            periods.append((person, start, end))
    since = dt.date.fromisoformat(given["CensorWindow"]["StartDate"])
    cut = [(person, max(start, since), end) for person, start, end in periods]
    return [period for period in cut if period[1] <= period[2]]
