"""The node under test in Berlin, and a partner on paper in Stockholm, under a memorandum about exchange."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.models import Mobility, Plan
from hansa.areas.exchange.states import Channel
from hansa.kernel import door
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, Person
from hansa.kernel.models import Letter as LetterRow
from hansa.lib.exchange import credentials
from hansa.lib.exchange.plans import PlanSignature
from hansa.lib.letters import Letter, Receipt, moment
from hansa.lib.signatures import sign_general
from tests.conftest import given
from tests.paper import PaperPartner, in_force, memorandum

STARTS, ENDS = date(2026, 10, 1), date(2027, 1, 31)
YEAR = "2026/2027"
ANNA = {
    "given_names": "Anna",
    "family_name": "Muster",
    "birth_date": "2003-04-05",
    "nationality": "DE",
    "gender": "female",
    "email": "anna@charite.example",
    "esi": "urn:schac:personalUniqueCode:int:esi:charite.example:12345",
}
WORDS = {"en": "Exchange", "de": "Austausch", "sv": "Utbyte"}


def clause(id_: str, kind: str, *, places: int, **limits: Any) -> dict[str, Any]:
    """Return one clause about exchange."""
    return {
        "id": id_,
        "area": "exchange",
        "title": WORDS,
        "text": WORDS,
        "parties": "all",
        "permits": sorted(rules.ACTIONS),
        "purposes": [],
        "limits": {"kind": kind, "places_per_year": places, **limits},
        "person": [],
    }


CLAUSES = [
    clause("5.1", "student_studies", places=4, cycle="any", field=0),
    clause("5.2", "clinical_elective", places=2, longest_days=150, language="en", language_level="B1"),
    clause("5.3", "staff_training", places=10),
]


class Scene:
    """The node under test, its people, and one partner."""

    def __init__(self, *, clauses: list[dict[str, Any]] | None = None, **changes: Any) -> None:
        self.side = PaperPartner()
        with given():
            self.people = {}
            for role in (rules.OFFICER, rules.DEPARTMENT, rules.PARTICIPANT, "steward"):
                self.people[role] = Person(username=role, name="Ada", roles=[role], state="active")
                self.people[role].save()
            self.side.row()
            document = memorandum(self.side, clauses=clauses or CLAUSES, **changes)
            self.agreement: Agreement = in_force(document, self.side)

    def __getitem__(self, role: str) -> Person:
        return self.people[role]

    def place(self, clause: str = "5.1") -> str:
        """Return the key of what a clause gives from here to the partner."""
        return f"{self.side.id} {self.agreement.hash} {clause}"

    def nominate(self, clause: str = "5.1", **changes: Any) -> Mobility:
        """Nominate somebody from here."""
        about = {**ANNA, "birth_date": date(2003, 4, 5), "starts": STARTS, "ends": ENDS}
        if clause == "5.2":
            about |= {"language": "en", "language_level": "B2"}
        given_ = {**about, "place": self.place(clause), **changes}
        return actions.mobilities.nominate_person(Mobility(), by=self[rules.OFFICER], **given_)

    def incoming(self, clause: str = "5.1", **changes: Any) -> Mobility:
        """Return an unsaved mobility that the partner sends here, shaped as a letter would."""
        kinds = {one["id"]: one["limits"]["kind"] for one in self.agreement.document["clauses"]}
        fields: dict[str, Any] = {
            "id": uuid4(),
            "channel": Channel.LETTERS,
            "agreement": self.agreement.hash,
            "clause": clause,
            "kind": kinds.get(clause, "student_studies"),
            "sending": self.side.id,
            "receiving": own().id,
            "lead": self.side.id,
            "parties": [self.side.id, own().id],
            "partner": self.side.id,
            "is_outgoing": False,
            "starts": STARTS,
            "ends": ENDS,
            "year": YEAR,
            **({"language": "en", "language_level": "B2"} if clause == "5.2" else {}),
        }
        return Mobility(**{**fields, **changes})

    def nominated(self, clause: str = "5.1", *, body: dict[str, Any] | None = None, **changes: Any) -> Receipt:
        """Let the partner nominate somebody; ``self.mobility`` is then the newest here."""
        stated = changes.pop("limits", {})
        mobility = self.incoming(clause, **changes)
        written = {
            "kind": mobility.kind,
            "cycle": mobility.cycle,
            "field": mobility.field,
            "language": mobility.language,
            "language_level": mobility.language_level,
            "starts": str(mobility.starts),
            "ends": str(mobility.ends),
            "offer": "",
            "person": ANNA,
            "note": "",
            "taken": 1,
            **(body or {}),
        }
        return self.say("mobilities.nominated", mobility, written, stated=stated)

    def say(self, kind: str, mobility: Mobility, body: dict[str, Any], **changes: Any) -> Receipt:
        """Let the partner write a letter about a mobility; return our receipt."""
        under = mobility.request(kind)
        under = replace(under, limits={**under.limits, **changes.pop("stated", {})})
        letter = self.side.write(kind, record=mobility.urn, body={"taken": 0, **body}, under=under, **changes)
        answer = self.side.open(door.hand_in(self.side.seal_letter(letter)))
        return Receipt.read(answer["receipt"], key=own().signing.public)

    @property
    def mobility(self) -> Mobility:
        """Return the newest mobility as it is now."""
        return Mobility.objects.order_by("-created")[0]

    def now(self, mobility: Mobility) -> Mobility:
        """Return a mobility as it is now."""
        return Mobility.objects.get(pk=mobility.pk)

    def letters(self, kind: str) -> list[dict[str, Any]]:
        """Return the bodies of our letters of one kind, in order."""
        rows = LetterRow.objects.filter(direction="out", kind=kind).order_by("created", "sequence")
        return [Letter.read(row.token, key=own().signing.public).body for row in rows]


COURSE = {"form": "course", "code": "S-101", "title": "Surgery", "credits": "7.5", "term": "2026/2027-1/2"}
GRADES = {"name": "A to E", "passing": [["A", 10], ["B", 25], ["C", 30]], "failing": ["F"]}
HOME = {"name": "1 to 4", "passing": [["1,0", 20], ["2,0", 40], ["4,0", 5]], "failing": ["5,0"]}
PASSED = {"code": "S-101", "title": "Surgery", "credits": "7.5", "grade": "B", "passed": True}


class Outgoing:
    """A stay from here to the partner, step by step through real actions and the partner's letters."""

    def __init__(self, scene: Scene, clause: str = "5.1", **changes: Any) -> None:
        self.scene = scene
        self.made = scene.nominate(clause, participant=rules.PARTICIPANT, **changes)

    @property
    def mobility(self) -> Mobility:
        """Return the stay as it is now."""
        return self.scene.now(self.made)

    @property
    def plan(self) -> Plan:
        """Return the newest version of the plan as it is now."""
        return self.mobility.plans.order_by("-number")[0]

    def hear(self, kind: str, /, **body: Any) -> Receipt:
        """Let the partner write about the stay; it must be applied."""
        receipt = self.scene.say(f"mobilities.{kind}", self.mobility, body)
        assert receipt.outcome == "applied", f"{kind}: {receipt.reason} {receipt.remedy}"
        return receipt

    def planned(self) -> Plan:
        """Let the participant and the office sign a plan."""
        scene = self.scene
        given_ = {"mobility": str(self.made.pk), "components": json.dumps([COURSE])}
        actions.plans.draft(Plan(), by=scene[rules.OFFICER], **given_)
        actions.plans.sign(self.plan, by=scene[rules.PARTICIPANT])
        return actions.plans.endorse(self.plan, by=scene[rules.OFFICER])

    def signature(self, plan: Plan, **changes: Any) -> str:
        """Return the partner's signature under a plan."""
        about = {"plan": plan.digest, "role": "receiving", "party": self.scene.side.id, "by": "p", "at": "2026-09-01"}
        return PlanSignature(**{**about, **changes}).sign(self.scene.side.signing)

    def agreed(self) -> None:
        """Let the host accept and sign the plan."""
        self.hear("accepted", note="")
        plan = self.planned()
        self.hear("plan_agreed", plan=str(plan.pk), digest=plan.digest, signature=self.signature(plan))

    def verified(self) -> None:
        """Let the office verify every check."""
        for check in self.mobility.checks.all():
            about = {"authority": "Office", "received": date(2026, 8, 1), "valid_until": ENDS}
            actions.checks.verify(check, by=self.scene[rules.OFFICER], **about)

    def present(self) -> None:
        """Let the host confirm the first day, the arrival and the departure."""
        self.hear("confirmed", starts=str(STARTS), ends=str(ENDS))
        self.hear("arrived", day="2026-10-02")
        self.hear("departed", day="2026-11-20")

    def transcript(self, **changes: Any) -> dict[str, Any]:
        """Return the partner's transcript."""
        about = {"hansa": "transcript/1", "mobility": self.made.urn, "issued": "2026-11-21"}
        return {**about, "scale": GRADES, "courses": [PASSED], **changes}

    def unsigned(self) -> dict[str, Any]:
        """Return the partner's credential before it is signed."""
        stay = credentials.Stay(
            urn=self.made.urn,
            issuer="KI",
            issuer_url=self.scene.side.id,
            title="Studies",
            description="A stay.",
            criteria="Passed.",
            email=ANNA["email"],
            salt="1",
            results=(("Surgery", "B"),),
            credits="7.5",
            since=timezone.now() - timedelta(minutes=1),
        )
        return credentials.badge(stay, key=self.scene.side.signing.public)

    def papers(self, **changes: Any) -> dict[str, Any]:
        """Return what the partner sends at the end: the transcript, and the credential in two forms."""
        unsigned, key = self.unsigned(), self.scene.side.signing
        signed = credentials.embedded(unsigned, key=key, now=timezone.now())
        return {
            "transcript": self.transcript(**changes),
            "credential": signed,
            "jwt": credentials.as_jwt(unsigned, key=key),
        }

    def transcribed(self, **changes: Any) -> None:
        """Let the host issue the transcript."""
        self.hear("transcribed", **self.papers(**changes))

    def recognised(self) -> None:
        """Decide on the recognition, and let the host sign it."""
        actions.transcripts.recognise(self.mobility, by=self.scene[rules.OFFICER], scale=json.dumps(HOME))
        header = {"party": self.scene.side.id, "at": moment(timezone.now())}
        signed = sign_general(self.mobility.recognition, key=self.scene.side.signing, kind="result", header=header)
        self.hear("acknowledged", signature=dict(signed))

    def whole(self) -> Mobility:
        """Play the stay from the nomination to the recognition."""
        self.agreed()
        self.present()
        self.transcribed()
        self.recognised()
        return self.mobility
