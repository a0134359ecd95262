"""The strongest attacker the attacks are made with: the lead of a study, and every other party at its side.

It proposes what it likes, knows the rows of all but one hospital, and subtracts them from every total; what is left is
the sums of the hospital under attack. What a rule does not stop, it reads. Each file ``test_attack_*.py`` is one family
of attacks and says in ``ATTACK`` what is tried and what stops it; ``python -m docs.generate`` writes them as one table.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hansa.areas.studies import weighing
from hansa.areas.studies.models import Caution, Study
from hansa.kernel import jobs, ledger
from hansa.kernel.models import LedgerEntry
from hansa.lib.errors import DisclosureError
from hansa.lib.statistics import protocol as protocols
from hansa.lib.statistics.table import Table
from tests.areas.studies.scene import PaperLead, Scene, Side

PEOPLE = 90
# The rules off: what an attack then finds shows that it is one.
OFF = {"minimum_cell": 1, "own_cell": 1}
# Ages travel shifted by the middle of their range and scaled by half of its width.
MIDDLE, REACH = 59.0, 41.0
#: Columns from which a protocol may code levels; all hold the time, which is different for everybody.
CODED = ("target", "half", "other", "trio")

TEXT = """\
hansa: study/1
title: {title}
question: What does one person have?
purpose: DUO:0000042
clause: "4.1"
data:
  variables:
    age: {{type: number, unit: a, range: [18, 100]}}
    event: {{type: boolean}}
{variables}
analyses:
  - {analysis}
disclosure: {{minimum_cell: {minimum_cell}, minimum_sites: 2{grid}}}
"""


def people(seed: int, count: int = PEOPLE) -> dict[str, list[str]]:
    """Return made-up people, each with a time that nobody else here has."""
    chance = np.random.default_rng(seed)
    time = chance.permutation(np.arange(1, 901))[:count]
    found = {
        "age": chance.integers(30, 90, count),
        "event": chance.integers(0, 2, count),
        "dose": chance.integers(1, 60, count),
        "time": time,
    }
    columns = {name: [str(value) for value in values] for name, values in found.items()}
    return {**columns, **dict.fromkeys(CODED, columns["time"])}


def coded(name: str, **levels: Any) -> str:
    """Return a category whose levels are told from the time, each by a function of it."""
    named = {str(time): next(level for level, holds in levels.items() if holds(time)) for time in range(1, 901)}
    return f"    {name}: {{type: category, levels: [{', '.join(levels)}], coding: {json.dumps(named)}}}"


def rest(_time: int) -> bool:
    """Take everybody that no other level takes."""
    return True


def text(analysis: str, *variables: str, **changes: Any) -> str:
    """Return the protocol of an attack."""
    values = {"title": "An attack", "minimum_cell": 10, "grid": "", **changes}
    return TEXT.format(analysis=analysis, variables="\n".join(variables), **values)


@dataclass
class Answer:
    """What an attempt gave: the sums of the hospital under attack round by round, or that there are none."""

    study: Study
    refused: str = ""
    ours: list[dict[str, float]] = field(default_factory=list)

    def sums(self, *words: str) -> list[float]:
        """Return every number whose label has all these words."""
        return [value for seen in self.ours for label, value in seen.items() if all(word in label for word in words)]


class Attacker:
    """All parties but one, who join against it."""

    def __init__(self, scene: Scene, columns: dict[str, list[str]] | None = None) -> None:
        self.scene = scene
        self.victims = columns or people(99)
        scene.dataset(columns=self.victims)
        for seed, side in enumerate(scene.sides):
            side.rows = people(seed)
        self.asked = 0
        self.totals: list[dict[str, float]] = []

    def person(self, row: int, column: str) -> float:
        """Return what one person has, to compare with what was found."""
        return float(self.victims[column][row])

    def ask(self, written: str, **changes: Any) -> Answer:
        """Propose a study, have it approved where the rules let the steward, and read every round of it."""
        self.asked += 1
        key = f"01234567-89ab-4def-8123-{self.asked:012d}"
        receipt = self.scene.proposed(written, id=key, **changes)
        if receipt.outcome == "refused":
            return Answer(Study(), refused=receipt.reason)
        study = Study.objects.get(id=key)
        for side in self.scene.sides:
            self.scene.approved(study, side)
        try:
            self.scene.approve(study)
        except DisclosureError as stopped:
            return Answer(study, refused=str(stopped))
        return Answer(study, ours=list(self.read(study)))

    def read(self, study: Study) -> Any:
        """Lead the rounds and yield what is left of each total when all others are subtracted."""
        lead, done = PaperLead(self.scene), False
        while not done:
            lead.open()
            jobs.run_due()
            study.refresh_from_db()
            if study.state != "running":
                return
            state = lead.state
            done = lead.add()
            others = sum(lead.programme.local(state, self.table(side, study)) for side in self.scene.sides)
            self.totals.append(dict(zip(lead.programme.labels(state), lead.total, strict=True)))
            yield dict(zip(lead.programme.labels(state), (np.array(lead.total) - others).tolist(), strict=True))

    def table(self, side: Side, study: Study) -> Table:
        """Return the rows of one of those who join."""
        return side.table(study)

    def withdraw(self, study: Study) -> None:
        """Let the lead withdraw, so that no result is ever released."""
        self.scene.say("studies.withdrawn", study, {"reason": "Never mind.", "facts": {}})


def years(value: float, *, persons: int = 1) -> float:
    """Return a sum of ages from the number that travels."""
    return round(MIDDLE * persons + REACH * value, 6)


def told(attacker: Attacker, study: Study) -> list[str]:
    """Return what the steward reads on the study's page: why it stopped, what was stopped, and what would be."""
    study.refresh_from_db()
    steward = attacker.scene.people["steward"]
    page = weighing.weighed(study, steward, at=study.updated)
    stops = [study.trouble] + [stop for one in page for stop in one["stops"]]
    return [f"{caution.message} {caution.remedy}" for caution in Caution.objects.filter(study=study)] + stops


def entries(study: Study) -> list[dict[str, Any]]:
    """Return the ledger's entries about a study."""
    return [json.loads(entry.body) for entry in ledger.entries_about(study.urn).order_by("position")]


def is_in_ledger(study: Study) -> bool:
    """Tell whether the ledger holds that a rule stopped a study, and without saying which people it was about."""
    bodies = entries(study)
    stopped = [body for body in bodies if "refused" in body or body["moves"].get(study.urn, [""])[-1] == "failed"]
    whole = " ".join(LedgerEntry.objects.values_list("body", flat=True))
    return bool(stopped) and "people here have" not in whole


def hold_stopped(attacker: Attacker, answer: Answer, *words: str) -> None:
    """Hold that nothing left for an attempt, that the ledger has it, and that the steward reads why and what to do."""
    assert answer.refused
    assert answer.ours == []
    assert not answer.study.contributions.exists()
    assert is_in_ledger(answer.study)
    sentences = told(attacker, answer.study)
    assert sentences
    assert any(all(word in sentence for word in words) for sentence in sentences), sentences


def faults(written: str) -> list[str]:
    """Return what is wrong with the text of a protocol; an attack must be a sound one."""
    return [str(fault) for fault in protocols.check(written)]
