"""Exchange for the pages to show: stays in every state in both directions, plans, checks, calls, agreements, mails."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from django.utils import timezone

from hansa.areas.exchange.models import (
    Application,
    Call,
    Check,
    Iia,
    IiaVersion,
    Mailing,
    Member,
    Message,
    Mobility,
    Offer,
    Plan,
    Profile,
    Stay,
)
from hansa.areas.exchange.states import MobilityState
from hansa.kernel.models import Agreement, Person
from hansa.kernel.models.files import File
from hansa.lib.ewp.iia_xml import get_response
from tests.conftest import given
from tests.lib.ewp.interinstitutional import OURS, THEIRS, with_condition
from tests.web.house import BERLIN, INSTITUTET

COURSE = {"form": "course", "code": "S-101", "title": "Surgery", "credits": "7.5", "term": "2026/2027-1/2"}
ROTATION = {
    "form": "rotation",
    "title": "Emergency medicine",
    "department": "Emergency department",
    "supervisor": "Dr Karin Ek",
    "first": "2026-10-01",
    "last": "2026-10-28",
    "hours": 160,
    "goals": "To see and treat whoever comes.",
}
PASSED = {"code": "S-101", "title": "Surgery", "credits": "7.5", "grade": "B", "passed": True}
DECIDED = {"course": "S-101", "decision": "recognised", "grade": "2,0", "reason": "", "credits": "7.5"}
LATE = (MobilityState.TRANSCRIBED, MobilityState.DECIDED, MobilityState.RECOGNISED)


def put(record: Any) -> Any:
    """Put a record in place."""
    with given():
        record.save()
    return record


def stay(agreed: Agreement, state: str, *, outgoing: bool, person: Person | None = None, number: int = 0) -> Mobility:
    """Put a stay in place, with who goes."""
    sending, receiving = (BERLIN, INSTITUTET) if outgoing else (INSTITUTET, BERLIN)
    year = 2020 + number
    made = Mobility(
        id=uuid4(),
        state=state,
        channel="letters",
        kind="student_studies",
        year=f"{year}/{year + 1}",
        field=912,
        language="en",
        language_level="B2",
        cycle="master",
        sending=sending,
        receiving=receiving,
        lead=sending,
        parties=[sending, receiving],
        partner=INSTITUTET,
        is_outgoing=outgoing,
        agreement=agreed.hash,
        clause="8.1",
        title=f"Stay {number}",
        starts=date(2026, 10, 1),
        ends=date(2027, 1, 31),
        comment="No place is free this term." if state in ("rejected", "cancelled") else "",
    )
    if state in LATE:
        made.transcript, made.recognition = {"courses": [PASSED]}, {"decisions": [DECIDED]}
        made.arrived, made.departed = date(2026, 10, 2), date(2027, 1, 30)
        made.credential, made.signatures, made.raw = {"name": "Studies"}, {"credential": "a.b.c"}, "<elmo/>"
    with given():
        made.save()
        Stay.objects.create(
            mobility=made,
            person=person,
            given_names="Anna",
            family_name=f"Muster {number}",
            nationality="DE",
            gender="female",
            email="anna@charite.example",
            rating=5 if state in LATE else None,
            report="A good term." if state in LATE else "",
            advice="Book a room early." if state in LATE else "",
            is_shared=state in LATE,
            reported=timezone.now() if state in LATE else None,
        )
    return made


def plan(mobility: Mobility, number: int, **fields: Any) -> Plan:
    """Put a version of a plan in place."""
    document = {
        "hansa": "plan/1",
        "mobility": mobility.urn,
        "version": number,
        "previous": None,
        "phase": "before",
        "components": [COURSE, ROTATION][:number],
        "home": [{"code": "CH-1", "title": "Chirurgie", "credits": "8"}],
        "automatic": True,
        "terms": "",
    }
    return put(Plan(**{"mobility": mobility, "number": number, "document": document, "phase": "before", **fields}))


def iia(**fields: Any) -> Iia:
    """Put an agreement of the network in place, of which both copies are here and differ."""
    theirs = with_condition(THEIRS, 1, mobilities_per_year=5)
    condition = {"kind": "student-studies", "sending": "charite.de", "receiving": "ki.se", "places": 4}
    about = {
        "partner": "ki.se",
        "title": "Medicine",
        "state": "approved_there",
        "ours": get_response(OURS).decode(),
        "theirs": get_response(theirs).decode(),
        "hash": "a" * 64,
        "their_hash": "b" * 64,
        "approved_there": "c" * 64,
        "seen": timezone.now(),
        "trouble": "The partner's copy changed.",
        "conditions": [{**condition, "first_year": "2026/2027", "last_year": "2028/2029", "fields": ["0912"]}],
    }
    made = put(Iia(**{**about, **fields}))
    with given():
        IiaVersion.objects.create(iia=made, hash=made.hash, document=made.ours)
    return made


def profile() -> Profile:
    """Put in place what the network reads of this institution."""
    return put(
        Profile(
            state="published",
            name="Charité",
            street="Charitéplatz 1",
            city="Berlin",
            country="DE",
            website="https://www.charite.example",
            email="office@charite.example",
            phone="+4930450",
            contact_given_names="Olivia",
            contact_family_name="Sommer",
            contact_position="Head of the international office",
            units="med = Medicine",
            requirements="Insurance = Needed for every stay",
        )
    )


def call(agreed: Agreement, **fields: Any) -> Call:
    """Put a call in place."""
    there = {"institution": INSTITUTET, "name": "KI", "places": 4, "basis": agreed.hash, "clause": "8.1"}
    about = {
        "state": "open",
        "title": "A term in Stockholm",
        "kind": "student_studies",
        "year": "2026/2027",
        "destinations": [there],
        "documents": ["Letter of motivation"],
        "criteria": [{"name": "marks", "weight": 3}, {"name": "letter", "weight": 1}],
        "requirements": "Two terms of medicine are behind you.",
        "deadline": timezone.now() + timedelta(days=9),
        "starts": date(2027, 1, 10),
        "ends": date(2027, 6, 30),
        "seed": "0" * 64,
    }
    return put(Call(**{**about, **fields}))


def application(of: Call, person: Person, **fields: Any) -> Application:
    """Put an application in place."""
    about = {
        "state": "submitted",
        "given_names": "Anna",
        "family_name": "Muster",
        "birth_date": date(2003, 4, 5),
        "nationality": "DE",
        "gender": "female",
        "email": "anna@charite.example",
        "field": 912,
        "cycle": "master",
        "language_level": "B2",
        "wishes": [INSTITUTET],
        "answers": {"motivation": "I want to see how others work."},
        "points": {"marks": 90},
    }
    return put(Application(**{"call": of, "person": person, **about, **fields}))


def fill(agreed: Agreement, person: Person) -> SimpleNamespace:
    """Put exchange in place; the outgoing stays, and what belongs to them, are the person's own."""
    with given():
        Member.objects.create(hei="ki.se", name="Karolinska Institutet")
    stays = {
        (state, outgoing): stay(agreed, state, outgoing=outgoing, person=person if outgoing else None, number=number)
        for number, state in enumerate(MobilityState)
        for outgoing in (True, False)
    }
    planned = stays[MobilityState.ACCEPTED, True]
    plans = [plan(planned, 1, state="returned", comment="Too little."), plan(planned, 2, state="draft")]
    checks = [
        put(Check(mobility=planned, kind="licence", state="required")),
        put(Check(mobility=planned, kind="liability", state="verified", valid_until=date(2026, 12, 1))),
        put(Check(mobility=stays[MobilityState.ACCEPTED, False], kind="licence", state="refused", note="Too old.")),
    ]
    evidence(checks[0])
    calls = [call(agreed), call(agreed, state="ranked", title="A term that was ranked")]
    applications = [application(calls[0], person), application(calls[1], person, state="taken", outcome=INSTITUTET)]
    offer = put(
        Offer(
            state="open",
            lead=INSTITUTET,
            parties=[INSTITUTET],
            title="Surgery",
            form="course",
            kind="student_studies",
            code="S-101",
            department="Department of surgery",
            credits="7.50",
            language="en",
            checks=["licence"],
            agreement=agreed.hash,
            clause="8.1",
        )
    )
    message = put(
        Message(
            partner="ki.se",
            kind="iia-cnr",
            subject="1",
            state="failed",
            trouble="No answer.",
            remedy="It is tried again.",
        )
    )
    mailing = put(
        Mailing(
            state="sent",
            subject="Before you go",
            text="Book a room.\nEarly.",
            selection={"call": str(calls[0].pk), "states": ["submitted"]},
            recipients=["a"],
            sent=1,
        )
    )
    return SimpleNamespace(
        stays=stays,
        plans=plans,
        checks=checks,
        calls=calls,
        applications=applications,
        offers=[offer],
        iias=[iia(), iia(title="Alike", theirs=get_response(THEIRS).decode(), trouble="")],
        messages=[message],
        mailings=[mailing],
        profiles=[profile()],
    )


def evidence(check: Check) -> None:
    """Put a file of a check in place."""
    with given():
        File.objects.create(
            record=check.urn,
            digest="d1",
            name="licence.pdf",
            media_type="application/pdf",
            size=4,
            content=b"%PDF",
            role="evidence",
            added=datetime(2026, 11, 1, tzinfo=UTC),
        )


LISTS = ("mobilities", "plans", "checks", "offers", "calls", "applications", "iias", "messages", "mailings", "profiles")
OVERVIEWS = tuple(f"/exchange/{name}/" for name in ("balance", "troubles", "experience", "funding"))
MAKERS = (
    *("mobilities/nominate/", "mobilities/nominate_person/", "plans/draft/", "plans/draft_own/", "checks/require/"),
    *("calls/open/", "applications/apply/", "offers/offer/", "iias/draft/", "mailings/send/", "messages/ask/"),
    "profiles/publish/",
)


def details(made: SimpleNamespace) -> list[str]:
    """Return the address of every record's page."""
    held = [record for name in LISTS if name != "mobilities" for record in getattr(made, name)]
    return [f"/{record.noun}/{record.pk}/" for record in (*made.stays.values(), *held)]


def forms(made: SimpleNamespace) -> list[str]:
    """Return the address of the form of whatever can be done with the records here, and of what can be made."""
    here = {state: f"/mobilities/{made.stays[state, False].pk}/" for state in MobilityState}
    gone = {state: f"/mobilities/{made.stays[state, True].pk}/" for state in MobilityState}
    nominated, draft = here[MobilityState.NOMINATED], f"/plans/{made.plans[1].pk}/"
    return [
        *(f"/{maker}" for maker in MAKERS),
        f"/plans/draft/?mobility={made.stays[MobilityState.CONFIRMED, True].pk}",
        *(f"{nominated}{verb}/" for verb in ("accept", "reject", "cancel")),
        f"{here[MobilityState.ACCEPTED]}confirm/",
        f"{here[MobilityState.CONFIRMED]}arrive/",
        f"{here[MobilityState.ARRIVED]}depart/",
        f"{here[MobilityState.DEPARTED]}transcribe/",
        f"{gone[MobilityState.TRANSCRIBED]}recognise/",
        f"{gone[MobilityState.DEPARTED]}report/",
        *(f"{draft}{verb}/" for verb in ("sign", "revise", "revise_own")),
        *(f"/checks/{made.checks[0].pk}/{verb}/" for verb in ("submit", "verify")),
        *(f"/calls/{made.calls[0].pk}/{verb}/" for verb in ("extend", "close", "cancel")),
        *(f"/applications/{made.applications[0].pk}/{verb}/" for verb in ("revise", "assess", "decide", "withdraw")),
        *(f"/iias/{made.iias[0].pk}/{verb}/" for verb in ("revise", "approve", "refresh", "delete")),
        f"/messages/{made.messages[0].pk}/resend/",
        *(f"/profiles/{made.profiles[0].pk}/{verb}/" for verb in ("revise", "inform")),
    ]


def addresses(made: SimpleNamespace) -> list[str]:
    """Return the address of every page of exchange."""
    return [*(f"/{noun}/" for noun in LISTS), *OVERVIEWS, *details(made), *forms(made)]
