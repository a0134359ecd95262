"""The exchange of the demo: stays between Berlin and Stockholm in every state, made by people through the doors.

Each stay goes as far as its name says. The people in it are made up.
"""

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from hansa.cli.demo.house import House
from hansa.cli.demo.stage import Stage
from hansa.cli.demo.story import until
from hansa.client import Record
from hansa.lib.ewp.terms import year_of

NOON = time(12)
STUDIES, ELECTIVE, STAFF = "8.1", "8.2", "8.3"
SCALE = {"name": "A to E", "passing": [["A", 22], ["B", 61], ["C", 85], ["D", 40], ["E", 12]], "failing": ["F"]}
HOME = {"name": "1,0 to 4,0", "passing": [["1,0", 40], ["2,0", 90], ["3,0", 60], ["4,0", 25]], "failing": ["5,0"]}
COURSES = [
    {"code": "KI-2101", "title": "Clinical immunology", "credits": "7.5", "grade": "B", "passed": True},
    {"code": "KI-2140", "title": "Global health", "credits": "7.5", "grade": "A", "passed": True},
]
CHECKS = {"immunisation": 400, "licence": 400, "liability": 25, "language": 700, "background": 200}
# One pixel: the smallest document that is what its name says.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c63600000000200010005fe02fea73581e80000000049454e44ae426082"
)
PEOPLE = (
    *(("Anna", "Lindner"), ("Jonas", "Weber"), ("Mira", "Yilmaz"), ("Felix", "Brandt"), ("Lena", "Hoffmann")),
    *(("Tim", "Schulz"), ("Sara", "Nilsson"), ("Emil", "Karlsson"), ("Alva", "Berg"), ("Oscar", "Lund")),
    *(("Greta", "Neumann"), ("Paul", "Fischer"), ("Ida", "Wolf"), ("Leo", "Krause")),
)


def play(berlin: House, stockholm: House, *, stage: Stage) -> dict[str, str]:
    """Play every stay; return the state in which each is left, by what it shows."""
    return Exchange(berlin, stockholm, stage=stage).play()


class Exchange:
    """Two houses that send each other people under one memorandum."""

    def __init__(self, berlin: House, stockholm: House, *, stage: Stage) -> None:
        self.berlin, self.stockholm, self.stage = berlin, stockholm, stage
        self.memorandum = str(berlin.as_("officer").agreements.list(state="in_force")[0].hash)
        self.today = date.today()  # noqa: DTZ011 -- the day on which the demo is played, on its own machine
        self.term = f"{year_of(self.today)}-1/2"
        self.people = iter(PEOPLE)
        self.left: dict[str, str] = {}

    def play(self) -> dict[str, str]:
        """Play the catalogue, a call, and a stay for every state."""
        self.catalogue()
        self.call()
        out: dict[str, Any] = {"sending": self.berlin, "receiving": self.stockholm}
        back: dict[str, Any] = {"sending": self.stockholm, "receiving": self.berlin}
        for state, way in (("rejected", out), ("cancelled", out), ("accepted", out), ("confirmed", out)):
            self.stay(state, **way)
        for state, way in (("arrived", back), ("departed", back), ("transcribed", back), ("recognised", out)):
            self.stay(state, **way)
        self.elective()
        self.stay("nominated", **out, clause=STAFF)
        return self.left

    def say(self, words: str) -> None:
        """Say which part is played."""
        self.stage.say(f"Exchange: {words}")

    def place(self, receiving: House, clause: str) -> str:
        """Return the name of a place that a clause gives."""
        return f"{receiving.role.institution} {self.memorandum} {clause}"

    def catalogue(self) -> None:
        """Let Stockholm offer two courses and a ward, and Berlin one course."""
        self.say("the catalogue")
        offers = self.stockholm.as_("department").offers
        about = {"language": "en", "place": self.place(self.stockholm, STUDIES)}
        for course in COURSES:
            plain = {name: course[name] for name in ("code", "title", "credits")}
            offers.offer(**about, **plain, form="course", department="Undergraduate education", term=self.term)
        offers.offer(
            place=self.place(self.stockholm, ELECTIVE),
            form="place",
            title="Elective in emergency medicine",
            department="Emergency department",
            supervisor="Dr Karin Ek",
            capacity=2,
            language="en",
            language_level="B2",
            checks=["immunisation", "licence"],
            description="Day and night shifts under supervision.",
        )
        until(lambda: len(self.berlin.as_("officer").offers.list()) >= len(COURSES) + 1, "the catalogue in Berlin")

    def call(self) -> None:
        """Open a call in Berlin, let somebody apply, and give the place; leave another call open."""
        self.say("a call for applications")
        officer, participant = self.berlin.as_("officer"), self.berlin.as_("participant")
        calls = [self.opened(title) for title in ("A term in Stockholm", "Another term in Stockholm")]
        given, family = next(self.people)
        made = participant.applications.apply(call=calls[0].id, **self.person(given, family), **self.studies())
        participant.applications.submit(made)
        officer.calls.close(calls[0], reason="A demonstration does not wait.")
        officer.applications.assess(made, points={"Marks": "88", "Motivation": "75"})
        officer.calls.rank(calls[0])
        participant.applications.accept_place(made)
        stay = officer.mobilities.nominate(application=made.id)
        self.arrives(stay, self.stockholm)
        self.left["nominated from a call"] = str(officer.mobilities.get(stay).state)

    def opened(self, title: str) -> Record:
        """Open a call in Berlin for studies in Stockholm."""
        deadline = datetime.combine(self.today + timedelta(days=30), NOON, tzinfo=UTC)
        return self.berlin.as_("officer").calls.open(
            title=title,
            places=[self.place(self.stockholm, STUDIES)],
            deadline=deadline.isoformat(),
            starts=str(self.today + timedelta(days=60)),
            ends=str(self.today + timedelta(days=200)),
            criteria=["Marks = 3", "Motivation = 1"],
            requirements="Two terms of medicine are behind you.",
        )

    def person(self, given: str, family: str) -> dict[str, str]:
        """Return what is told of somebody who does not exist."""
        email = f"{given}.{family}@example.org".lower()
        about = {"given_names": given, "family_name": family, "birth_date": "2002-05-17", "email": email}
        return {**about, "nationality": "DE", "gender": "unknown"}

    def studies(self) -> dict[str, Any]:
        """Return what somebody studies, and where they want to go."""
        return {"field": 912, "cycle": "master", "wishes": [self.stockholm.role.institution], "language_level": "C1"}

    def nominated(self, sending: House, receiving: House, *, clause: str) -> Record:
        """Nominate somebody, and wait until the host knows."""
        level = {"language": "en", "language_level": "C1"} if clause == ELECTIVE else {}
        made = sending.as_("officer").mobilities.nominate_person(
            place=self.place(receiving, clause),
            **self.person(*next(self.people)),
            **level,
            starts=str(self.today - timedelta(days=40)),
            ends=str(self.today + timedelta(days=40)),
            participant="participant",
            field=912,
            cycle="any" if clause == STAFF else "master",
        )
        self.arrives(made, receiving)
        return made

    def arrives(self, stay: Record, house: House, *, state: str = "") -> None:
        """Wait until a house knows a stay, in a state if one is named."""
        until(partial(self.is_at, stay, house, state=state), f"the stay at {house.role.name}")

    def is_at(self, stay: Record, house: House, *, state: str) -> bool:
        """Tell whether a house knows a stay in a state."""
        rows = house.as_("officer").mobilities.list(state=state)
        return any(row["id"] == stay["id"] for row in rows)

    def stay(self, last: str, *, sending: House, receiving: House, clause: str = STUDIES) -> Record:
        """Play one stay up to a state."""
        self.say(f"a stay that is {last}")
        made = self.nominated(sending, receiving, clause=clause)
        for state, act in self.steps(made, sending=sending, receiving=receiving, last=last):
            act()
            self.arrives(made, sending, state=state)
            self.arrives(made, receiving, state=state)
        self.left[f"{last}, {sending.role.key} to {receiving.role.key}"] = last
        return made

    def steps(
        self, made: Record, *, sending: House, receiving: House, last: str
    ) -> list[tuple[str, Callable[[], Any]]]:
        """Return the steps of a stay up to a state, each with the state it leads to."""
        office, host = sending.as_("officer").mobilities, receiving.as_("department").mobilities
        ends = {
            "nominated": [],
            "rejected": [("rejected", lambda: host.reject(made, reason="No place is free this term."))],
            "cancelled": [("cancelled", lambda: office.cancel(made, reason="A place at home came first."))],
        }
        if last in ends:
            return ends[last]
        way: list[tuple[str, Callable[[], Any]]] = [
            ("accepted", lambda: host.accept(made)),
            ("confirmed", lambda: self.confirm(made, sending=sending, receiving=receiving)),
            ("arrived", lambda: host.arrive(made, day=str(self.today - timedelta(days=39)))),
            ("departed", lambda: host.depart(made, day=str(self.today - timedelta(days=1)))),
            ("transcribed", lambda: host.transcribe(made, courses=json.dumps(COURSES), scale=json.dumps(SCALE))),
            ("recognised", lambda: office.recognise(made, scale=json.dumps(HOME))),
        ]
        return way[: [state for state, _act in way].index(last) + 1]

    def confirm(self, made: Record, *, sending: House, receiving: House) -> None:
        """Let all three sign a plan, then confirm the first day."""
        self.plan(made, sending=sending, receiving=receiving)
        receiving.as_("department").mobilities.confirm(made)

    def plan(self, made: Record, *, sending: House, receiving: House) -> None:
        """Let the participant, the sending institution and the host sign a plan."""
        names = ("code", "title", "credits")
        courses = [{"form": "course", "term": self.term, **{name: one[name] for name in names}} for one in COURSES]
        home = [{"code": "M-7", "title": "Elective block", "credits": "15"}]
        own = sending.as_("participant").plans
        drafted = own.draft_own(mobility=made.id, components=json.dumps(courses), home=json.dumps(home))
        own.sign(drafted)
        sending.as_("officer").plans.endorse(drafted)
        there = receiving.as_("department").plans
        until(lambda: any(row["id"] == drafted.id for row in there.list(state="offered")), "the plan at the host")
        there.agree(drafted)
        until(lambda: sending.as_("officer").plans.get(drafted).state == "agreed", "the plan with three signatures")

    def elective(self) -> None:
        """Play a clinical elective: the evidence is handed in and verified, and one check ends before the stay does."""
        self.say("a clinical elective with its checks")
        made = self.nominated(self.berlin, self.stockholm, clause=ELECTIVE)
        self.stockholm.as_("department").mobilities.accept(made)
        self.arrives(made, self.berlin, state="accepted")
        self.verify(made)
        self.confirm(made, sending=self.berlin, receiving=self.stockholm)
        self.arrives(made, self.berlin, state="confirmed")
        self.left["clinical elective, confirmed"] = "confirmed"
        waiting = self.nominated(self.berlin, self.stockholm, clause=ELECTIVE)
        self.stockholm.as_("department").mobilities.accept(waiting)
        self.arrives(waiting, self.berlin, state="accepted")
        self.left["clinical elective, waits for its checks"] = "accepted"

    def verify(self, made: Record) -> None:
        """Hand in and verify every check of a stay."""
        with tempfile.TemporaryDirectory() as place:
            evidence = Path(place) / "evidence.png"
            evidence.write_bytes(PIXEL)
            for check in self.berlin.as_("officer").checks.list(state="required"):
                whole = self.berlin.as_("officer").checks.get(check)
                self.berlin.as_("participant").checks.submit(whole, document=evidence)
                days = CHECKS[str(whole.kind)]
                self.berlin.as_("officer").checks.verify(
                    whole,
                    authority="Occupational health service",
                    received=str(self.today - timedelta(days=60)),
                    valid_until=str(self.today + timedelta(days=days)),
                )
        there = self.stockholm.as_("department").checks
        until(lambda: len(there.list(state="verified")) >= len(CHECKS), "the checks in Stockholm")
