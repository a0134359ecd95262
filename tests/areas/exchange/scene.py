"""The node under test in Berlin, and a partner on paper in Stockholm, under a memorandum about exchange."""

from datetime import date
from typing import Any
from uuid import uuid4

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.states import Channel
from hansa.kernel import door
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, Person
from hansa.kernel.models import Letter as LetterRow
from hansa.lib.letters import Letter, Receipt
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
        return self.say("mobilities.nominated", mobility, written)

    def say(self, kind: str, mobility: Mobility, body: dict[str, Any], **changes: Any) -> Receipt:
        """Let the partner write a letter about a mobility; return our receipt."""
        under = mobility.request(kind)
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
