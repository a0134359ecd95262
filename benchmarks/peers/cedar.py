"""Decide with Cedar; print decisions a second. Arguments: policies, and how many of them name the action."""

import importlib.metadata
import json
import statistics
import sys
import time

from cedarpy import Decision, Entities, PolicySet, is_authorized

COUNT, *NAMED = map(int, sys.argv[1:])
REPEATS = 500
REQUEST = {
    "principal": 'Party::"https://ror.org/001w7jn25"',
    "action": 'Action::"studies.propose"',
    "resource": 'Area::"studies"',
    "context": {"minimum_cell": 10, "evidence_days": 30, "purpose": "DUO:0000042", "today": 20261123},
}


def policy(action: str, purpose: str) -> str:
    return (
        f'permit(principal == Party::"https://ror.org/001w7jn25", action == Action::"{action}", '
        'resource == Area::"studies") when { context.minimum_cell >= 10 && context.evidence_days <= 30 '
        f'&& context.today >= 20260101 && context.today <= 20301231 && context.purpose == "{purpose}" }};'
    )


def rate(named: int) -> float:
    others = [policy("studies.release", "DUO:0000006")] * (COUNT - named)
    same = [policy("studies.propose", "DUO:0000006")] * (named - 1)
    texts = [*others, *same, policy("studies.propose", "DUO:0000042")]
    policies, entities = PolicySet.from_str("\n".join(texts)), Entities.from_json_str("[]")
    taken = []
    for _ in range(9):
        before = time.perf_counter()
        for _ in range(REPEATS):
            result = is_authorized(REQUEST, policies, entities)
        taken.append(time.perf_counter() - before)
        assert result.decision == Decision.Allow
    return REPEATS / statistics.median(taken)


version = importlib.metadata.version("cedarpy")
print(json.dumps({"version": version, **{str(named): rate(named) for named in NAMED}}))
