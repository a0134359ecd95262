"""A study between the node under test and partners on paper, each with data and a mask key of its own."""

from pathlib import Path
from typing import Any

import numpy as np

from hansa.areas.studies import actions, queries
from hansa.areas.studies.models import Dataset, Study
from hansa.kernel import door, jobs, outbox
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, Partner, Person
from hansa.kernel.models import Letter as LetterRow
from hansa.lib import secure_sum
from hansa.lib.canonical import digest
from hansa.lib.keys import SealingKey, SealingPublicKey
from hansa.lib.letters import Letter, Receipt, moment
from hansa.lib.signatures import sign_general
from hansa.lib.statistics import protocol as protocols
from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.reading import read
from hansa.lib.statistics.table import Table
from tests.conftest import given
from tests.paper import STOCKHOLM, PaperPartner, in_force, memorandum

PROTOCOL = """\
hansa: study/1
title: Age and the event
question: Does the event depend on age?
purpose: DUO:0000042
clause: "4.1"
data:
  variables:
    age: {type: number, unit: a, range: [18, 100]}
    event: {type: boolean}
analyses:
  - {name: model, kind: glm, formula: "event ~ age", family: binomial}
disclosure: {minimum_cell: 5, minimum_sites: 2}
"""
POOLED = PROTOCOL.replace(
    '  - {name: model, kind: glm, formula: "event ~ age", family: binomial}',
    "  - {name: curve, kind: kaplan_meier, time: age, event: event}",
).replace("minimum_sites: 2", "minimum_sites: 2, time_grid: 1")


def rows_of(seed: int, count: int = 80) -> dict[str, list[str]]:
    """Return made-up rows."""
    chance = np.random.default_rng(seed)
    age = chance.integers(30, 80, count)
    event = (chance.random(count) < age / 100).astype(int)
    return {"age": [str(value) for value in age], "event": [str(value) for value in event]}


def csv(columns: dict[str, list[str]]) -> str:
    """Return rows as CSV."""
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    return "\n".join(lines) + "\n"


class Side:
    """A partner on paper that takes part in studies."""

    def __init__(self, id_: str, seed: int) -> None:
        self.paper = PaperPartner(id=id_)
        self.mask = SealingKey.generate()
        self.rows = rows_of(seed)

    @property
    def id(self) -> str:
        """Return its institution."""
        return self.paper.id

    def table(self, study: Study) -> Table:
        """Return its rows as a study asks for them."""
        return read(self.rows, protocol=queries.programme(study).protocol).sound_table()


class Scene:
    """The node under test, its people and data, and one or two partners."""

    def __init__(self, home: Path, *ids: str, **changes: Any) -> None:
        self.home = home
        self.sides = [Side(id_, seed) for seed, id_ in enumerate(ids or (STOCKHOLM,))]
        with given():
            self.people = {}
            for role in ("steward", "investigator", "coordinator"):
                self.people[role] = Person(username=role, name="Ada", roles=[role], state="active")
                self.people[role].save()
            for side in self.sides:
                side.paper.row()
            papers = [side.paper for side in self.sides]
            document = memorandum(*papers)
            document["clauses"] = changes.get("clauses") or document["clauses"]
            document["clauses"][0]["limits"].update(changes.get("limits", {}))
            self.agreement: Agreement = in_force(document, *papers)

    @property
    def side(self) -> Side:
        """Return the first partner."""
        return self.sides[0]

    @property
    def study(self) -> Study:
        """Return the newest study as it is now."""
        return Study.objects.order_by("-created")[0]

    def dataset(self, name: str = "data", columns: dict[str, list[str]] | None = None) -> Dataset:
        """Connect data."""
        path = self.home / f"{name}.csv"
        path.write_text(csv(columns or rows_of(99)))
        return actions.add(Dataset(), by=self.people["steward"], name=name, source=str(path))

    def propose(self, protocol: str = PROTOCOL) -> Study:
        """Propose a study from here."""
        return actions.propose(Study(), by=self.people["investigator"], protocol=protocol)

    def proposed(self, written: str = PROTOCOL, **changes: Any) -> Receipt:
        """Let the first partner propose a study."""
        read_ = protocols.parse(written)
        study = Study(
            id=changes.pop("id", "01234567-89ab-4def-8123-456789abcdef"),
            purpose=read_.purpose,
            stated_limits=read_.limits(),
            parties=changes.pop("parties", [own().id, *(side.id for side in self.sides)]),
            agreement=self.agreement.hash,
            clause=changes.pop("clause", read_.clause),
        )
        body = {"protocol": read_.to_json(), "text": written, "note": "", "lead": self.side.id, "proposer": "ada1"}
        body |= changes
        return self.say("studies.proposed", study, body)

    def say(self, kind: str, study: Study, body: dict[str, Any], side: Side | None = None, **changes: Any) -> Receipt:
        """Let a partner write a letter about a study; return our receipt."""
        side = side or self.side
        letter = side.paper.write(kind, record=study.urn, body=body, under=study.request("studies.approve"), **changes)
        answer = side.paper.open(door.hand_in(side.paper.seal_letter(letter)))
        return Receipt.read(answer["receipt"], key=own().signing.public)

    def approve(self, study: Study, **values: Any) -> Study:
        """Approve a study here."""
        return actions.approve(study, by=self.people["steward"], dataset="data", **values)

    def approved(self, study: Study, side: Side | None = None, **facts: Any) -> Receipt:
        """Let a partner approve."""
        side = side or self.side
        told = {"mask_key": side.mask.public.text, "protocol": study.protocol_digest, **facts}
        return self.say("studies.approved", study, {"reason": "", "facts": told}, side)

    def approved_by_all(self, study: Study) -> Study:
        """Let everybody approve."""
        for side in self.sides:
            self.approved(study, side)
        return self.approve(self.study)

    def words(self, study: Study, side: Side, *, number: int, state: dict[str, Any] | None = None) -> tuple[str, int]:
        """Return what a partner contributes to a round, masked if there are three parties."""
        programme = queries.programme(study)
        state = state or study.rounds.get(attempt=study.attempt, number=number).state
        values = programme.local(state, side.table(study))
        if not queries.is_protected(study):
            return secure_sum.to_text(secure_sum.plain(values)), len(values)
        public = queries.mask_keys(study)
        others = {party: SealingPublicKey.from_text(key) for party, key in public.items() if party != side.id}
        context = secure_sum.context(study.urn, attempt=study.attempt, round_number=number, state=digest(state))
        keys = secure_sum.pair_keys(side.mask, others, own_id=side.id, context=context)
        return secure_sum.to_text(secure_sum.mask(values, own=side.id, keys=keys)), len(values)

    def contributed(self, study: Study, side: Side, *, number: int, **changes: Any) -> Receipt:
        """Let a partner contribute to a round that we lead."""
        words, size = self.words(study, side, number=number)
        body = {"attempt": study.attempt, "number": number, "total": None, "words": words, "size": size, **changes}
        return self.say("studies.contributed", study, body, side)

    def lead_to_the_end(self) -> None:
        """Let everybody contribute to the rounds we lead until there are no more."""
        jobs.run_due()
        while self.study.state == "running":
            number = queries.last_round(self.study).number
            for side in self.sides:
                self.contributed(self.study, side, number=number)
            jobs.run_due()

    def signed(self, study: Study, side: Side | None = None, **changes: Any) -> Receipt:
        """Let a partner sign the result that is here."""
        side = side or self.side
        header = {"party": changes.pop("party", side.id), "at": moment(study.updated)}
        document = changes.pop("document", None) or study.result["result"]
        signature = sign_general(document, key=side.paper.signing, kind="result", header=header)
        facts = {"signature": dict(signature), "attempt": study.attempt, **changes}
        return self.say("studies.released", study, {"reason": "", "facts": facts}, side)

    def letters(self, kind: str) -> list[dict[str, Any]]:
        """Return the bodies of our letters of one kind, in order."""
        rows = LetterRow.objects.filter(direction="out", kind=kind).order_by("created", "sequence")
        return [Letter.read(row.token, key=own().signing.public).body for row in rows]

    def refuse(self, kind: str, side: Side | None = None, reason: str = "No.") -> None:
        """Let a partner refuse our newest letter of one kind."""
        side = side or self.side
        row = LetterRow.objects.filter(direction="out", kind=kind, partner=side.id).order_by("-sequence")[0]
        partner = Partner.objects.get(institution=side.id)
        door.hand_in(side.paper.answer(outbox.envelope(row, partner), outcome="refused", reason=reason, remedy="Ask."))


class PaperLead:
    """The first partner leads a study, and may lie."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.total: list[float] | None = None
        self.number = 0
        self.state: dict[str, Any] = {}

    @property
    def programme(self) -> Programme:
        """Return the analyses of the study."""
        return queries.programme(self.scene.study)

    def open(self, **lies: Any) -> Receipt:
        """Open the next round."""
        self.number += 1
        study = self.scene.study
        self.state = self.state or self.programme.start()
        body = {"attempt": 1, "number": self.number, "state": self.state, "total": self.total, **lies}
        return self.scene.say("studies.round", study, body)

    def add(self) -> bool:
        """Add what all parties gave; return whether that was the last round."""
        study = self.scene.study
        body = self.scene.letters("studies.contributed")[-1]
        given_ = {own().id: secure_sum.from_text(body["words"], size=body["size"])}
        for side in self.scene.sides:
            text, size = self.scene.words(study, side, number=self.number, state=self.state)
            given_[side.id] = secure_sum.from_text(text, size=size)
        total = secure_sum.total(given_, parties=study.parties)
        self.total = total.tolist()
        self.state = self.programme.combine(self.state, total)
        return self.programme.is_done(self.state)

    def conclude(self, **lies: Any) -> Receipt:
        """Show the last total and the result."""
        result = self.programme.result(self.state, study=self.scene.study.urn)
        body = {"attempt": 1, "number": self.number, "total": self.total, "result": result, **lies}
        return self.scene.say("studies.concluded", self.scene.study, body)

    def run(self) -> None:
        """Lead every round up to the last total."""
        done = False
        while not done:
            assert self.open().outcome == "applied"
            jobs.run_due()
            done = self.add()
