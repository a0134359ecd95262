"""Inquiries between the node under test and partners on paper."""

import json

from hansa.areas.studies import actions
from hansa.areas.studies.models import Inquiry
from hansa.kernel.identity import own
from tests.lib.omop.sample import COHORTS

COHORT = json.dumps(COHORTS["users"])
URN = "urn:hansa:inquiries:01234567-89ab-4def-8123-456789abcdef"


def ask(scene, **changes):
    """Ask from here."""
    values = {"title": "Users", "cohort": COHORT, "purpose": "DUO:0000042", "clause": "4.1", **changes}
    return actions.ask(Inquiry(), by=scene.people["investigator"], **values)


def stub(scene, **fields):
    """Return what a letter about an inquiry is written under."""
    parties = [own().id, *(side.id for side in scene.sides)]
    made = Inquiry(purpose="DUO:0000042", parties=parties, agreement=scene.agreement.hash, clause="4.1")
    made.stated_limits = {"minimum_cell": 10, "minimum_sites": len(parties)}
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def ask_us(scene, **changes):
    """Let the first partner ask us; return our receipt."""
    made = stub(scene, id=changes.pop("id", URN.rpartition(":")[2]), **changes.pop("fields", {}))
    body = {"title": "Users", "cohort": COHORTS["users"], "lead": scene.side.id, "proposer": "ada1", **changes}
    return scene.say("inquiries.asked", made, body)


def answer(scene, inquiry, side, **body):
    """Let a partner answer; return our receipt."""
    return scene.say("inquiries.counted", inquiry, {"counts": [], "reason": "", **body}, side)
