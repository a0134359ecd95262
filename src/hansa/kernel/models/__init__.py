"""The tables every area stands on."""

from hansa.kernel.models.agreements import Agreement
from hansa.kernel.models.files import File
from hansa.kernel.models.jobs import Job
from hansa.kernel.models.ledger import LedgerEntry, Mention
from hansa.kernel.models.letters import Held, Letter
from hansa.kernel.models.partners import Cosignature, Partner
from hansa.kernel.models.people import ApiToken, Attempt, Person
from hansa.kernel.models.records import JointRecord, PartyDecision, Record, Verdict

__all__ = [
    "Agreement",
    "ApiToken",
    "Attempt",
    "Cosignature",
    "File",
    "Held",
    "Job",
    "JointRecord",
    "LedgerEntry",
    "Letter",
    "Mention",
    "Partner",
    "PartyDecision",
    "Person",
    "Record",
    "Verdict",
]
