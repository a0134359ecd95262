"""A small agreement of three institutions that tests share, with real keys."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from hansa.lib.agreement import StandingAgreement, State, sign
from hansa.lib.canonical import digest
from hansa.lib.keys import SealingKey, SigningKey
from hansa.lib.signatures import assemble
from hansa.lib.terms import Limit, Vocabulary

CHARITE = "https://ror.org/001w7jn25"
INSTITUTET = "https://ror.org/056d84691"
HOSPITAL = "https://ror.org/00m8d6786"
STRANGER = "https://ror.org/05f950310"
INSTITUTIONS = (CHARITE, INSTITUTET, HOSPITAL)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

KEYS = {institution: SigningKey.generate() for institution in INSTITUTIONS}
SEALING_KEYS = {institution: SealingKey.generate() for institution in INSTITUTIONS}

STUDIES = Vocabulary(
    area="studies",
    actions=frozenset({"studies.propose", "studies.approve", "studies.release", "studies.withdraw"}),
    limits={
        "minimum_cell": Limit(kind="integer", direction="at_least", low=1, high=1000),
        "evidence_days": Limit(kind="days", direction="at_most", low=0, high=3650),
        "share": Limit(kind="decimal", direction="at_most", low="0", high="1"),
        "release": Limit(kind="choice", direction="at_least", choices=("automatic", "steward"), stated=False),
        "pseudonyms": Limit(kind="boolean", stated=False),
        "language": Limit(kind="text", pattern="[a-z]{2}", stated=False, where_set=True),
        "host": Limit(kind="institution", stated=False, where_set=True),
    },
    stopping=frozenset({"studies.withdraw"}),
)
EXCHANGE = Vocabulary(area="exchange", actions=frozenset({"exchange.nominate"}), purposes=False)
VOCABULARIES = {"studies": STUDIES, "exchange": EXCHANGE}


def texts(text: str) -> dict[str, str]:
    return {"en": text, "de": f"{text} (auf Deutsch)", "sv": f"{text} (på svenska)"}


def party(institution: str, *, name: str, country: str) -> dict[str, Any]:
    return {
        "id": institution,
        "name": name,
        "country": country,
        "signing_key": KEYS[institution].public.text,
        "sealing_key": SEALING_KEYS[institution].public.text,
        "signatories": [{"name": f"Head of {name}", "office": "Head", "delegation": "statute"}],
    }


def clause(number: str, *, area: str = "studies", **terms: Any) -> dict[str, Any]:
    return {
        "id": number,
        "area": area,
        "title": texts(f"Title of {number}"),
        "text": texts(f"Text of {number}"),
        "parties": "all",
        "permits": [],
        "purposes": [],
        "limits": {},
        "person": [],
        **terms,
    }


LIMITS = {"minimum_cell": 10, "evidence_days": 30, "share": "0.25", "release": "automatic", "pseudonyms": True}
DOCUMENT: dict[str, Any] = {
    "hansa": "agreement/1",
    "id": "urn:hansa:agreement:01234567-89ab-cdef-0123-456789abcdef",
    "version": 1,
    "previous": None,
    "title": texts("Memorandum"),
    "preamble": texts("Preamble"),
    "parties": [
        party(CHARITE, name="Charité – Universitätsmedizin Berlin", country="DE"),
        party(INSTITUTET, name="Karolinska Institutet", country="SE"),
        party(HOSPITAL, name="Karolinska University Hospital", country="SE"),
    ],
    "valid": {"from": "2026-01-01", "until": "2030-12-31", "notice_days": 180},
    "clauses": [
        clause("1", area="alliances"),
        clause(
            "4.1",
            permits=["studies.propose", "studies.approve", "studies.withdraw"],
            purposes=["DUO:0000006", "DUO:0000046"],
            limits=LIMITS,
            person=["studies.approve"],
        ),
        clause(
            "4.2",
            parties=[CHARITE, INSTITUTET],
            permits=["studies.release"],
            purposes=["DUO:0000042"],
            limits={**LIMITS, "minimum_cell": 20},
        ),
        clause("5", area="exchange", permits=["exchange.nominate"]),
    ],
}


def document(**changes: Any) -> dict[str, Any]:
    return deepcopy({**DOCUMENT, **changes})


def signature(of: dict[str, Any], *, by: str) -> dict[str, str]:
    signatory = next(one for one in of["parties"] if one["id"] == by)["signatories"][0]
    return sign(of, key=KEYS[by], party=by, name=signatory["name"], office=signatory["office"], at=NOW)


def signed(of: dict[str, Any], *, by: tuple[str, ...] = INSTITUTIONS) -> dict[str, Any]:
    return assemble(of, [signature(of, by=institution) for institution in by])


def standing(of: dict[str, Any] | None = None, **where: Any) -> StandingAgreement:
    content = document() if of is None else of
    return StandingAgreement(content, digest(content), where.pop("state", State.IN_FORCE), **where)
