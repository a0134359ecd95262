"""A stay from the partner to the node under test, step by step through the partner's letters and real actions."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.models import Mobility, Offer, Plan
from hansa.lib.canonical import digest
from hansa.lib.exchange.plans import PlanSignature
from hansa.lib.letters import Receipt, moment
from hansa.lib.signatures import sign_general
from tests.areas.exchange.scene import COURSE, ENDS, GRADES, PASSED, Scene
from tests.conftest import given


def offer(lead: str, **changes: Any) -> Offer:
    """Return an open offer of an institution's catalogue."""
    fields = {
        "state": "open",
        "lead": lead,
        "parties": [lead],
        "title": "Surgery",
        "form": "course",
        "kind": "student_studies",
        "code": "S-101",
        "department": "Surgery",
        "credits": "7.50",
        "language": "en",
    }
    made = Offer(**{**fields, **changes})
    with given():
        made.save()
    return made


def today(days: int = 0) -> date:
    """Return a day so many days from now."""
    return timezone.localdate() + timedelta(days=days)


class Incoming:
    """A stay at the node under test."""

    def __init__(self, scene: Scene, clause: str = "5.1", **changes: Any) -> None:
        self.scene = scene
        receipt = scene.nominated(clause, **changes)
        assert receipt.outcome == "applied", receipt.reason
        self.made = scene.mobility

    @property
    def mobility(self) -> Mobility:
        """Return the stay as it is now."""
        return self.scene.now(self.made)

    @property
    def plan(self) -> Plan:
        """Return the newest version of the plan as it is now."""
        return self.mobility.plans.order_by("-number")[0]

    def say(self, kind: str, /, **body: Any) -> Receipt:
        """Let the partner write about the stay."""
        return self.scene.say(f"mobilities.{kind}", self.mobility, body)

    def hear(self, kind: str, /, **body: Any) -> None:
        """Let the partner write about the stay; it must be applied."""
        receipt = self.say(kind, **body)
        assert receipt.outcome == "applied", f"{kind}: {receipt.reason} {receipt.remedy}"

    def do(self, verb: str, **values: Any) -> Mobility:
        """Let the department do something with the stay."""
        return getattr(actions.mobilities, verb)(self.mobility, by=self.scene[rules.DEPARTMENT], **values)

    def planned(self, **changes: Any) -> dict[str, Any]:
        """Return the body of a plan that the partner and its participant signed."""
        newest = self.mobility.plans.order_by("-number").first()
        number = newest.number + 1 if newest else 1
        document = {
            "hansa": "plan/1",
            "mobility": self.made.urn,
            "version": number,
            "previous": newest.digest if newest else None,
            "phase": "before",
            "components": [COURSE],
            "home": [],
            "automatic": True,
            "terms": "",
            **changes,
        }
        signed = {role: self.signature(document, role) for role in ("participant", "sending")}
        return {
            "plan": str(uuid4()),
            "number": number,
            "phase": "before",
            "document": document,
            "signatures": signed,
        }

    def signature(self, document: dict[str, Any], role: str) -> str:
        """Return the partner's signature under a plan in a role."""
        about = {"plan": digest(document), "role": role, "party": self.scene.side.id, "by": "p", "at": "2026-09-01"}
        return PlanSignature(**about).sign(self.scene.side.signing)

    def agreed(self) -> None:
        """Accept the stay and sign its plan."""
        self.do("accept")
        self.hear("planned", **self.planned())
        actions.plans.agree(self.plan, by=self.scene[rules.DEPARTMENT])

    def verified(self) -> None:
        """Let the partner verify every check."""
        for check in self.mobility.checks.all():
            self.hear("verified", kind=check.kind, authority="Office", valid_until=str(ENDS))

    def departed(self) -> None:
        """Confirm the first day, the arrival and the departure."""
        self.agreed()
        self.do("confirm")
        self.do("arrive", day=today(-30))
        self.do("depart", day=today(-1))

    def transcribed(self, courses: str = "", scale: str = "") -> Mobility:
        """Issue the transcript."""
        self.departed()
        about = {"courses": courses or json.dumps([PASSED]), "scale": scale or json.dumps(GRADES)}
        return actions.transcripts.transcribe(self.mobility, by=self.scene[rules.DEPARTMENT], **about)

    def recognition(self, **changes: Any) -> dict[str, Any]:
        """Return what the partner decided about our transcript."""
        decision = {
            "course": "S-101",
            "decision": "recognised",
            "home": "CH-1",
            "credits": "7.5",
            "grade": "2,0",
            "rule": "midpoint",
            "reason": "",
        }
        about = {"hansa": "recognition/1", "mobility": self.made.urn, "decided": "2026-11-25"}
        hashes = {"transcript": digest(self.mobility.transcript), "plan": self.plan.digest}
        return {**about, **hashes, "decisions": [decision], **changes}

    def signed(self, document: dict[str, Any], *, party: str = "") -> dict[str, Any]:
        """Return the body by which the partner tells its decision, signed."""
        header = {"party": party or self.scene.side.id, "at": moment(self.mobility.updated)}
        signature = sign_general(document, key=self.scene.side.signing, kind="result", header=header)
        return {"recognition": document, "signature": dict(signature)}

    def whole(self) -> Mobility:
        """Play the stay from the nomination to the recognition."""
        self.transcribed()
        self.hear("recognised", **self.signed(self.recognition()))
        return self.mobility
