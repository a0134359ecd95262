"""The words a clause about exchange may use, and who does what."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.states import Cycle, Kind, Level
from hansa.areas.exchange.wording import WORDS
from hansa.kernel.people import Role
from hansa.lib.terms import Limit, Vocabulary

OFFER = "exchange.offer"
NOMINATE = "exchange.nominate"
ACCEPT = "exchange.accept"
REJECT = "exchange.reject"
CANCEL = "exchange.cancel"
PLAN = "exchange.plan"
VERIFY = "exchange.verify"
HOST = "exchange.host"
TRANSCRIBE = "exchange.transcribe"
RECOGNISE = "exchange.recognise"

ACTIONS = frozenset({OFFER, NOMINATE, ACCEPT, REJECT, CANCEL, PLAN, VERIFY, HOST, TRANSCRIBE, RECOGNISE})
ANY_FIELD = 0
LARGEST_FIELD = 9999
MOST_PLACES = 10_000
LONGEST_STAY = 1_100
LANGUAGES = "[a-z]{2,3}"

VOCABULARY = Vocabulary(
    area="exchange",
    actions=ACTIONS,
    purposes=False,
    stopping=frozenset({REJECT, CANCEL}),
    words=WORDS,
    limits=MappingProxyType(
        {
            "kind": Limit(kind="choice", choices=tuple(Kind.values)),
            # How many people one institution may send to one other in an academic year;
            # a request states which of them it is about.
            "places_per_year": Limit(kind="integer", direction="at_most", low=0, high=MOST_PLACES),
            "cycle": Limit(kind="choice", choices=tuple(Cycle.values), stated=False, where_set=True),
            # A field of ISCED-F 2013 as a number of four digits; 0 is any.
            "field": Limit(kind="integer", low=ANY_FIELD, high=LARGEST_FIELD, stated=False, where_set=True),
            "longest_days": Limit(
                kind="days", direction="at_most", low=1, high=LONGEST_STAY, stated=False, where_set=True
            ),
            "language": Limit(kind="text", pattern=LANGUAGES, stated=False, where_set=True),
            "language_level": Limit(
                kind="choice", direction="at_least", choices=tuple(Level.values), stated=False, where_set=True
            ),
            "sending": Limit(kind="institution", stated=False, where_set=True),
            "receiving": Limit(kind="institution", stated=False, where_set=True),
        }
    ),
)

OFFICER, DEPARTMENT, PARTICIPANT = "officer", "department", "participant"
ROLES = (
    Role(
        name=OFFICER,
        title=_("International officer"),
        description=_("Runs the exchange: calls, nominations, agreements with partners, transcripts and recognition."),
    ),
    Role(
        name=DEPARTMENT,
        title=_("Host department"),
        description=_("Offers places, decides who comes, confirms arrival and departure, and assesses."),
    ),
    Role(
        name=PARTICIPANT,
        title=_("Participant"),
        description=_("Applies for a stay and sees what is theirs: a student, resident, nurse or teacher."),
        is_guest=True,
    ),
)

_ALL = ("calls", "applications", "offers", "mobilities", "plans", "checks", "iias", "messages", "mailings", "profiles")
GRANTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        OFFICER: (
            *(f"{noun}.read" for noun in _ALL),
            *(f"calls.{verb}" for verb in ("open", "close", "rank", "cancel")),
            *(f"applications.{verb}" for verb in ("assess", "decide")),
            *(f"offers.{verb}" for verb in ("offer", "close")),
            *(f"mobilities.{verb}" for verb in ("nominate", "decide", "cancel", "host", "transcribe", "recognise")),
            *(f"plans.{verb}" for verb in ("draft", "endorse", "decide")),
            *(f"checks.{verb}" for verb in ("require", "verify")),
            *(f"iias.{verb}" for verb in ("draft", "share", "approve", "terminate", "refresh")),
            *(f"messages.{verb}" for verb in ("resend", "ask")),
            "profiles.publish",
            "mailings.send",
            "partners.read",
            "agreements.read",
        ),
        DEPARTMENT: (
            *(f"{noun}.read" for noun in ("offers", "mobilities", "plans", "checks")),
            *(f"offers.{verb}" for verb in ("offer", "close")),
            *(f"mobilities.{verb}" for verb in ("decide", "host", "transcribe")),
            "plans.decide",
            "checks.require",
        ),
        PARTICIPANT: (
            "calls.read",
            "offers.read",
            *(f"{noun}.read_own" for noun in ("applications", "mobilities", "plans", "checks")),
            *(f"applications.{verb}" for verb in ("apply", "submit", "withdraw", "answer")),
            "mobilities.report",
            "plans.draft_own",
            "plans.sign",
            "checks.submit",
        ),
        "coordinator": tuple(f"{noun}.read" for noun in ("calls", "offers", "mobilities", "iias", "messages")),
        "signatory": ("iias.read", "iias.approve", "iias.terminate"),
        "auditor": tuple(f"{noun}.read" for noun in ("mobilities", "iias", "messages")),
    }
)
