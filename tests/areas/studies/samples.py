"""For every action of joint studies: a record it may start from, and what a person gives."""

import json
import uuid
from collections.abc import Callable
from typing import Any

from hansa.areas.studies import datasets
from hansa.areas.studies.models import Dataset, Inquiry, Study
from hansa.kernel.identity import own
from hansa.lib.statistics import protocol as protocols
from tests.kernel.samples import Sample, World
from tests.lib.omop.sample import COHORTS

CSV = "age,event\n" + "".join(f"{40 + row % 30},{row % 2}\n" for row in range(60))
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


def csv(world: World) -> str:
    """Write the data to a file and return its name."""
    path = world.home / "data.csv"
    path.write_text(CSV)
    return str(path)


def dataset(world: World, **fields: Any) -> Dataset:
    """Return a connected dataset; call it where saving is allowed."""
    frame = datasets.load(csv(world))
    # The file of the research data outlives the transaction of a test.
    table = f"d_{uuid.uuid4().hex}"
    made = Dataset(name="data", source="data.csv", table=table, state="connected", rows=len(frame), **fields)
    made.digest = datasets.keep(frame, table=made.table)
    made.save()
    return made


def study(world: World, state: str, **fields: Any) -> Study:
    """Return a study both parties take part in; call it where saving is allowed."""
    read = protocols.parse(PROTOCOL)
    made = Study(
        state=state,
        title=read.title,
        question=read.question,
        purpose=read.purpose,
        protocol=read.to_json(),
        source_text=PROTOCOL,
        stated_limits=read.limits(),
        lead=own().id,
        parties=[own().id, world.partner.id],
        agreement=world.agreement.hash,
        clause="4.1",
        **fields,
    )
    made.save()
    return made


def inquiry(world: World, *, lead: str = "") -> Inquiry:
    """Return an inquiry, of the partner unless another one asks; call it where saving is allowed."""
    made = Inquiry(
        state="asked",
        title="Users",
        cohort=COHORTS["users"],
        purpose="DUO:0000042",
        stated_limits={"minimum_cell": 10, "minimum_sites": 2},
        lead=lead or world.partner.id,
        parties=[own().id, world.partner.id],
        agreement=world.agreement.hash,
        clause="4.1",
    )
    made.save()
    return made


def reviewed(world: World) -> Sample:
    """Return a study whose result waits for release."""
    result = {"hansa": "result/1", "study": "x"}
    return study(world, "review", dataset=dataset(world), result={"result": result, "signed": None}), {}


SAMPLES: dict[str, Callable[[World], Sample]] = {
    "studies.propose": lambda w: (Study(), {"protocol": PROTOCOL}),
    "studies.approve": lambda w: (study(w, "proposed"), {"dataset": dataset(w).name}),
    "studies.decline": lambda w: (study(w, "proposed"), {"reason": "No data of this kind."}),
    "studies.withdraw": lambda w: (study(w, "running"), {"reason": "The ethics vote lapsed."}),
    "studies.retry": lambda w: (study(w, "failed"), {}),
    "studies.release": reviewed,
    "inquiries.ask": lambda w: (
        Inquiry(),
        {"title": "Users", "cohort": json.dumps(COHORTS["users"]), "purpose": "DUO:0000042", "clause": "4.1"},
    ),
    "inquiries.count": lambda w: (inquiry(w), {}),
    "inquiries.refuse": lambda w: (inquiry(w), {"reason": "No data of this kind."}),
    "inquiries.retract": lambda w: (inquiry(w, lead=own().id), {}),
    "datasets.add": lambda w: (Dataset(), {"name": "registry", "source": csv(w)}),
    "datasets.remove": lambda w: (dataset(w), {}),
}
