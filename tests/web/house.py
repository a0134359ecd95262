"""A whole house for the pages to show: partners, a memorandum in force, and studies in every state."""

import json
import uuid
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import hansa.cli
from hansa.areas.studies.models import Contribution, Dataset, Round, Study
from hansa.areas.studies.states import DatasetState, State
from hansa.kernel.agreements import name_of
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, Cosignature, Job, Letter, Partner, PartyDecision, Verdict
from hansa.lib.agreement import sign
from hansa.lib.canonical import digest
from hansa.lib.keys import Identity, SealingKey, SigningKey
from hansa.lib.statistics.programme import rehearse
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.reading import read
from tests.conftest import given

BERLIN, INSTITUTET, HOSPITAL = (
    "https://ror.org/001w7jn25",
    "https://ror.org/056d84691",
    "https://ror.org/00m8d6786",
)
NAMES = {INSTITUTET: "Karolinska Institutet", HOSPITAL: "Karolinska University Hospital"}
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROTOCOL = """
hansa: study/1
title: Hormone therapy and recurrence in breast cancer
question: Does hormone therapy lengthen the time to recurrence after an operation?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    time: {type: number, unit: d, range: [0, 3000], label: time to recurrence or death}
    cens: {type: boolean, label: recurrence or death}
    horTh: {type: category, levels: ["no", "yes"], label: hormone therapy}
    age: {type: number, unit: a, range: [18, 100], label: age at operation}
    menostat: {type: category, levels: [Pre, Post], label: menopause}
    tsize: {type: number, unit: mm, range: [0, 200], label: tumour size}
    tgrade: {type: category, levels: [I, II, III], label: tumour grade}
    pnodes: {type: number, range: [0, 60], label: positive lymph nodes}
missing: listwise
analyses:
  - {name: baseline, kind: table_one, by: horTh, variables: [age, menostat, tsize, tgrade, pnodes]}
  - {name: survival, kind: kaplan_meier, time: time, event: cens, by: horTh}
  - {name: adjusted, kind: cox, formula: "Surv(time, cens) ~ horTh + age + menostat + tsize + tgrade + pnodes"}
  - {name: crude, kind: cox, formula: "Surv(time, cens) ~ horTh", sensitivity_of: adjusted}
  - {name: recurrence, kind: glm, formula: "cens ~ horTh + age + tsize + tgrade + pnodes", family: binomial}
disclosure: {minimum_cell: 10, time_grid: 30}
"""


@cache
def keys() -> dict[str, tuple[SigningKey, SealingKey]]:
    """Return the keys of all three institutions; Berlin's are this node's own."""
    made = {party: (SigningKey.generate(), SealingKey.generate()) for party in NAMES}
    return {BERLIN: (own().signing, own().sealing), **made}


@cache
def result() -> dict[str, Any]:
    """Return the result of the study, computed on the real data as one site."""
    from lifelines.datasets import load_gbsg2

    frame = load_gbsg2()
    protocol = parse(PROTOCOL)
    table = read({name: frame[name] for name in frame.columns}, protocol=protocol).table
    return {**rehearse(protocol, {"all": table}), "sites": 3}


def memorandum() -> dict[str, Any]:
    """Return the memorandum of the demo with everybody's keys."""
    path = Path(hansa.cli.__file__).parent / "demo" / "memorandum.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for party in document["parties"]:
        signing, sealing = keys()[party["id"]]
        party["signing_key"], party["sealing_key"] = signing.public.text, sealing.public.text
    return document


def partners() -> list[Partner]:
    """Put the two partners in place, known and heard."""
    made = []
    for party, name in NAMES.items():
        signing, sealing = keys()[party]
        identity = Identity(id=party, signing=signing.public, sealing=sealing.public)
        partner = Partner(
            institution=party,
            name=name,
            address="http://127.0.0.1:8002",
            identity=identity.to_json(),
            state=Partner.State.KNOWN,
            last_heard=NOW,
        )
        with given():
            partner.save()
        made.append(partner)
    return made


def agreement(*, signed: tuple[str, ...] = (BERLIN, INSTITUTET, HOSPITAL), **fields: Any) -> Agreement:
    """Put a memorandum in place with the signatures of some parties."""
    document = memorandum() | fields.pop("document", {})
    signatures = {}
    for party in document["parties"]:
        if party["id"] in signed:
            who = party["signatories"][0]
            signatures[party["id"]] = sign(
                document, key=keys()[party["id"]][0], party=party["id"], name=who["name"], office=who["office"], at=NOW
            )
    hashed = digest(document)
    state = Agreement.State.IN_FORCE if len(signatures) == len(document["parties"]) else Agreement.State.OFFERED
    made = Agreement(
        id=name_of(hashed),
        document=document,
        hash=hashed,
        version=document["version"],
        signatures=signatures,
        **{"state": state, **fields},
    )
    with given():
        made.save()
    return made


def dataset(name: str = "gbsg2") -> Dataset:
    """Put a connected data set in place, without its rows."""
    profile = [{"name": "age", "type": "number", "missing": 0, "distinct": 54}]
    made = Dataset(
        name=name, source="gbsg2.csv", table="d_1", rows=228, profile=profile, digest="", state=DatasetState.CONNECTED
    )
    with given():
        made.save()
    return made


def study(agreed: Agreement, state: State, *, lead: str = BERLIN, **fields: Any) -> Study:
    """Put a study in place, with the decisions that its state implies."""
    read_protocol = parse(PROTOCOL)
    made = Study(
        id=uuid.uuid4(),
        state=state,
        title=read_protocol.title,
        question=read_protocol.question,
        purpose=read_protocol.purpose,
        protocol=read_protocol.to_json(),
        source_text=PROTOCOL,
        stated_limits=read_protocol.limits(),
        lead=lead,
        parties=[BERLIN, INSTITUTET, HOSPITAL],
        agreement=agreed.hash,
        clause="4.1",
        **fields,
    )
    if state in (State.REVIEW, State.RELEASED):
        made.result = {"result": result(), "signed": {"payload": ""} if state == State.RELEASED else None}
    approved = () if state == State.PROPOSED else (BERLIN, INSTITUTET, HOSPITAL)
    with given():
        made.save()
        decide(made, lead, verdict=Verdict.PROPOSED)
        for party in approved:
            decide(made, party, verdict=Verdict.APPROVED, reason="The ethics vote covers it.")
        if state == State.RELEASED:
            for party in made.parties:
                decide(made, party, verdict=Verdict.RELEASED)
    return made


def decide(record: Study, party: str, *, verdict: Verdict, reason: str = "") -> None:
    """Put a decision in place, inside given()."""
    PartyDecision.objects.create(record=record.urn, party=party, verdict=verdict, reason=reason, at=NOW)


def run_round(made: Study, *, number: int = 1, contributed: tuple[str, ...] = (BERLIN,)) -> None:
    """Put a round in place with the contributions of some parties."""
    with given():
        Round.objects.create(study=made, attempt=made.attempt, number=number, state={}, opened=NOW)
        for party in contributed:
            Contribution.objects.create(
                study=made,
                attempt=made.attempt,
                number=number,
                party=party,
                words="",
                size=2,
                protected=True,
                labels=["persons", "sum of age"] if party == BERLIN else None,
                at=NOW,
            )


def letter(record: str, *, state: str = Letter.State.APPLIED, partner: str = INSTITUTET, **fields: Any) -> Letter:
    """Put a sent letter in place."""
    return Letter.objects.create(
        id=uuid.uuid4().hex,
        direction=Letter.Direction.OUT,
        partner=partner,
        sequence=1000 + Letter.objects.count(),
        kind="studies.proposed",
        record=record,
        token="",
        digest="",
        bytes=2048,
        created=NOW,
        state=state,
        **fields,
    )


def failed_job(record: str) -> Job:
    """Put a job that was given up in place."""
    return Job.objects.create(
        kind="studies.combine",
        key=uuid.uuid4().hex,
        record=record,
        state=Job.State.FAILED,
        trouble="No disk.",
        next_at=NOW,
    )


def cosignature(partner: str, size: int) -> None:
    """Put a partner's cosignature in place."""
    with given():
        Cosignature.objects.create(partner=partner, size=size, checkpoint="", line="", at=NOW)
