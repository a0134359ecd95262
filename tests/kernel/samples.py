"""For every action of the registry: a record it may start from, and what a person gives.

A new action without a sample here fails the contract test, so none escapes it.
"""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils import timezone

from hansa.areas.studies import datasets
from hansa.areas.studies.models import Dataset, Study
from hansa.kernel import partners
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, ApiToken, Partner, PartyDecision, Person, Verdict
from hansa.lib.canonical import digest
from hansa.lib.signatures import sign
from hansa.lib.statistics import protocol as protocols
from tests.paper import STOCKHOLM, PaperPartner, memorandum

PASSWORD = "a long sentence of words"
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


class World:
    """One node with a partner on paper, a memorandum in force and some data."""

    def __init__(self, home: Path, agreement: Agreement, partner: PaperPartner, people: dict[str, Person]) -> None:
        self.home = home
        self.agreement = agreement
        self.partner = partner
        self.people = people

    def csv(self) -> str:
        """Write the data to a file and return its name."""
        path = self.home / "data.csv"
        path.write_text(CSV)
        return str(path)

    def dataset(self, **fields: Any) -> Dataset:
        """Return a connected dataset; call it where saving is allowed."""
        frame = datasets.load(self.csv())
        # The file of the research data outlives the transaction of a test.
        table = f"d_{uuid.uuid4().hex}"
        made = Dataset(name="data", source="data.csv", table=table, state="connected", rows=len(frame), **fields)
        made.digest = datasets.keep(frame, table=made.table)
        made.save()
        return made

    def study(self, state: str, **fields: Any) -> Study:
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
            parties=[own().id, self.partner.id],
            agreement=self.agreement.hash,
            clause="4.1",
            **fields,
        )
        made.save()
        return made

    def approved_by(self, study: Study, *parties: str) -> None:
        """Let parties have approved a study."""
        for party in parties:
            facts = {"mask_key": self.partner.sealing.public.text, "protocol": study.protocol_digest}
            PartyDecision(
                record=study.urn, party=party, verdict=Verdict.APPROVED, facts=facts, at=timezone.now()
            ).save()

    def invitation(self, partner: PaperPartner) -> str:
        """Return what a partner's administrator would send."""
        payload = {"hansa": "invitation/1", "name": "Somebody", "address": "", "identity": partner.identity.to_json()}
        return sign(payload, key=partner.signing, kind=partners.KIND)

    def other(self, state: str) -> Partner:
        """Return the partner in another state."""
        row = Partner.objects.get(institution=self.partner.id)
        row.state = state
        row.save()
        return row


Sample = tuple[Any, dict[str, Any]]


def agreement_in(world: World, state: str, **fields: Any) -> Agreement:
    """Return a second memorandum in some state."""
    document = memorandum(world.partner, signatory="Ada")
    document["title"] = {lang: f"{text} {state}" for lang, text in document["title"].items()}
    made = Agreement(document=document, hash=digest(document), state=state, **fields)
    made.save()
    return made


def amended(world: World) -> Sample:
    """Return a new version of the memorandum in force."""
    changes = {"preamble": {"en": "New.", "de": "Neu.", "sv": "Nytt."}}
    return Agreement(), {"version": world.agreement.hash, "changes": changes}


def drafted(world: World) -> Sample:
    """Return a memorandum to draft."""
    document = memorandum(world.partner)
    document["preamble"] = {"en": "Another.", "de": "Ein anderes.", "sv": "Ett annat."}
    return Agreement(), {"document": document}


def reviewed(world: World) -> Sample:
    """Return a study whose result waits for release."""
    result = {"hansa": "result/1", "study": "x"}
    study = world.study("review", dataset=world.dataset(), result={"result": result, "signed": None})
    return study, {}


def alarmed(world: World) -> Sample:
    """Return a partner whose ledger raised an alarm."""
    row = world.other(Partner.State.KNOWN)
    row.alarm = "Its ledger got smaller."
    row.save()
    return row, {"explanation": "They restored a backup and told us."}


def token_of(world: World) -> ApiToken:
    """Return a token of whoever acts."""
    made = ApiToken(
        person=world.people["anyone"],
        name="notebook",
        digest="0" * 64,
        scopes=["studies.read"],
        expires=timezone.now() + timezone.timedelta(days=1),
        state=ApiToken.State.VALID,
    )
    made.save()
    return made


def colleague(world: World, state: str = "active") -> Person:
    """Return somebody else at this institution."""
    made = Person(username="colleague", name="Cleo", roles=["auditor"], state=state)
    made.set_password(PASSWORD)
    made.save()
    return made


def introduced(world: World) -> Sample:
    """Return a partner whose fingerprint is to be confirmed."""
    row = world.other(Partner.State.INTRODUCED)
    return row, {"fingerprint": row.fingerprint}


SAMPLES: dict[str, Callable[[World], Sample]] = {
    "partners.accept": lambda w: (
        Partner(),
        {"invitation": w.invitation(PaperPartner(id="https://ror.org/00m8d6786"))},
    ),
    "partners.renew": lambda w: (
        w.other(Partner.State.KNOWN),
        {"invitation": w.invitation(PaperPartner(id=STOCKHOLM))},
    ),
    "partners.confirm": introduced,
    "partners.block": lambda w: (w.other(Partner.State.KNOWN), {}),
    "partners.unblock": lambda w: (w.other(Partner.State.BLOCKED), {}),
    "partners.accept_ledger": alarmed,
    "agreements.draft": drafted,
    "agreements.amend": amended,
    "agreements.offer": lambda w: (agreement_in(w, "draft"), {}),
    "agreements.sign": lambda w: (agreement_in(w, "offered"), {"office": "Chief executive"}),
    "agreements.decline": lambda w: (agreement_in(w, "offered"), {"reason": "Not now."}),
    "agreements.suspend": lambda w: (agreement_in(w, "in_force"), {"reason": "An incident."}),
    "agreements.resume": lambda w: (agreement_in(w, "suspended", suspended_by=own().id), {}),
    "agreements.end": lambda w: (agreement_in(w, "in_force"), {"reason": "Enough."}),
    "studies.propose": lambda w: (Study(), {"protocol": PROTOCOL}),
    "studies.approve": lambda w: (w.study("proposed"), {"dataset": w.dataset().name}),
    "studies.decline": lambda w: (w.study("proposed"), {"reason": "No data of this kind."}),
    "studies.withdraw": lambda w: (w.study("running"), {"reason": "The ethics vote lapsed."}),
    "studies.retry": lambda w: (w.study("failed"), {}),
    "studies.release": reviewed,
    "datasets.add": lambda w: (Dataset(), {"name": "registry", "source": w.csv()}),
    "datasets.remove": lambda w: (w.dataset(), {}),
    "people.add": lambda w: (
        Person(),
        {"username": "newcomer", "name": "Nora", "password": PASSWORD, "roles": ["auditor"]},
    ),
    "people.change_roles": lambda w: (colleague(w), {"roles": ["steward"]}),
    "people.disable": lambda w: (colleague(w), {}),
    "people.enable": lambda w: (colleague(w, "disabled"), {}),
    "people.reset_password": lambda w: (colleague(w), {"password": PASSWORD + "!"}),
}
