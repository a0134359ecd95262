"""A second, slow way to the rows of a cohort: plain Python over lists, written apart from the SQL.

It covers conditions and drugs, windows and counts, groups, limits, date offsets and era pads.
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


def edge(bound, index, reach):
    if bound["Days"] is None:
        return reach[0] if bound["Coeff"] == -1 else reach[1]
    return index + bound["Coeff"] * bound["Days"] * DAY


def holds(correlated, event, found, reach):
    window, occurrence = correlated["StartWindow"], correlated["Occurrence"]
    index = event[2] if window.get("UseIndexEnd") else event[1]
    count = 0
    for person, start, end, _number in found:
        date = end if window.get("UseEventEnd") else start
        inside = edge(window["Start"], index, reach) <= date <= edge(window["End"], index, reach)
        count += person == event[0] and reach[0] <= start <= reach[1] and inside
    return OPERATORS[occurrence["Type"]](count, occurrence["Count"])


def met(group, event, found, reach):
    true = sum(holds(each, event, found, reach) for each in group["CriteriaList"])
    return {
        "ALL": true == len(group["CriteriaList"]),
        "ANY": true > 0 or not group["CriteriaList"],
        "AT_LEAST": true >= group.get("Count", 0) or not group["CriteriaList"],
        "AT_MOST": true <= group.get("Count", 0) or not group["CriteriaList"],
    }[group["Type"]]


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
    starts = [event[:2] for event in limited(kept, given["ExpressionLimit"]["Type"])]
    offset, pad = given["EndStrategy"]["DateOffset"]["Offset"] * DAY, given["CollapseSettings"]["EraPad"] * DAY
    periods = []
    for person, start in sorted(starts):
        end = min(start + offset, observed[person][1])
        if periods and periods[-1][0] == person and periods[-1][2] + pad >= start:
            periods[-1] = (person, periods[-1][1], max(periods[-1][2], end))
        else:
            periods.append((person, start, end))
    return periods
