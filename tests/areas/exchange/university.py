"""A member of the network on the other end of a real connection: it verifies, signs, serves and notes what it is told.

It can be told to fail, to be slow, to sign wrongly, to answer nonsense or without end.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone

from hansa.areas.exchange.models import Catalogue
from hansa.areas.exchange.network import membership
from hansa.lib.ewp import (
    answers,
    certified,
    hosts,
    iia_answers,
    imobilities,
    notifications,
    omobilities,
    omobilities_2,
    signing,
    tors,
)
from hansa.lib.ewp import learning_agreements as las
from hansa.lib.ewp.elements import Text
from hansa.lib.ewp.elmo import Learner, Record
from hansa.lib.ewp.hosts import OURS, Institution, Name, Security
from hansa.lib.ewp.manifest import Manifest, ours, write_manifest
from hansa.lib.ewp.notifications import Nothing
from hansa.lib.ewp.registry import combine
from hansa.lib.ewp.rsa_keys import RsaKeyPair
from hansa.lib.ewp.specifications import ALL
from hansa.lib.ewp.tors import Tor
from tests.areas.exchange.league import CHARITE, ESI, KI, League, pair

TERM, YEAR = "2026/2027-1/2", "2026/2027"


@dataclass
class Asked:
    """One request as it came."""

    path: str
    pairs: dict[str, list[str]]
    body: bytes


@dataclass
class University:
    """One member: what it serves, what it heard, and how it misbehaves."""

    hei: str = KI
    majors: dict[str, tuple[int, ...]] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    security: Security = OURS
    asked: list[Asked] = field(default_factory=list)
    #: What the next answers are instead: (status, document).
    instead: list[tuple[int, bytes]] = field(default_factory=list)
    delay: float = 0.0
    signer: RsaKeyPair | None = None
    is_signing: bool = True
    nominations: dict[str, omobilities.Mobility] = field(default_factory=dict)
    agreements: dict[str, las.LearningAgreement] = field(default_factory=dict)
    arrivals: dict[str, imobilities.IncomingMobilityOfVersion1] = field(default_factory=dict)
    transcripts: dict[str, Tor] = field(default_factory=dict)
    extra: dict[str, Callable[[Asked], bytes]] = field(default_factory=dict)
    address: str = ""
    etag: str = ""

    @property
    def manifest(self) -> bytes:
        """Return how it describes itself."""
        among = [
            one for one in ALL if one.name not in self.without and one.major in self.majors.get(one.name, (one.major,))
        ]
        return write_manifest(
            Manifest(
                Institution(self.hei, (Name("Karolinska Institutet", "en"),)),
                admin_emails=(f"ewp@{self.hei}",),
                apis=(*ours(self.address, among=among, security=self.security), *self.others()),
                client_keys=(pair(self.hei).public,),
                server_keys=(pair(self.hei).public,),
            )
        )

    def others(self) -> tuple[hosts.Api, ...]:
        """Return what Hansa itself does not serve."""
        return ()

    def paths(self) -> list[str]:
        """Return which endpoints were called, in order."""
        return [one.path for one in self.asked]

    def answer(self, asked: Asked) -> tuple[int, bytes]:
        """Return status and document for a request."""
        if self.delay:
            time.sleep(self.delay)
        if self.instead:
            return self.instead.pop(0)
        name, version, *rest = asked.path.strip("/").split("/")
        part, major = (rest or [""])[0], int(version.removeprefix("v"))
        if name in self.extra:
            return 200, self.extra[name](asked)
        if (name, major) in notifications.RECEIVERS:
            return 200, notifications.response(name, major).build(Nothing())
        return 200, getattr(self, f"{name.replace('-', '_')}_{part or 'all'}")(asked, major)

    def iias_index(self, asked: Asked, major: int) -> bytes:
        return iia_answers.index_response([])

    def omobilities_index(self, asked: Asked, major: int) -> bytes:
        return (omobilities.INDEX if major == 3 else omobilities_2.INDEX).build(list(self.nominations))

    def omobilities_get(self, asked: Asked, major: int) -> bytes:
        found = [self.nominations[key] for key in asked.pairs["omobility_id"] if key in self.nominations]
        return (omobilities.GET if major == 3 else omobilities_2.GET).build(found)

    def omobilities_update(self, asked: Asked, major: int) -> bytes:
        omobilities.UPDATE_REQUEST.read(asked.body)
        return omobilities.UPDATE_RESPONSE.build([Text("Noted.", "en")])

    def omobility_las_index(self, asked: Asked, major: int) -> bytes:
        return las.INDEX.build(list(self.agreements))

    def omobility_las_get(self, asked: Asked, major: int) -> bytes:
        return las.GET.build([self.agreements[key] for key in asked.pairs["omobility_id"] if key in self.agreements])

    def omobility_las_update(self, asked: Asked, major: int) -> bytes:
        las.UPDATE_REQUEST.read(asked.body)
        return las.UPDATE_RESPONSE.build([])

    def imobilities_get(self, asked: Asked, major: int) -> bytes:
        found = [self.arrivals[key] for key in asked.pairs["omobility_id"] if key in self.arrivals]
        if major == 1:
            return imobilities.GET_1.build(found)
        return imobilities.GET.build(
            [
                imobilities.IncomingMobility(
                    omobility_id=one.omobility_id,
                    actual_arrival_date=one.actual_arrival_date,
                    actual_departure_date=one.actual_departure_date,
                )
                for one in found
            ]
        )

    def imobility_tors_index(self, asked: Asked, major: int) -> bytes:
        return tors.build_index(list(self.transcripts), version=f"{major}.0.0")

    def imobility_tors_get(self, asked: Asked, major: int) -> bytes:
        found = [self.transcripts[key] for key in asked.pairs["omobility_id"] if key in self.transcripts]
        return tors.build_get(found, version=f"{major}.0.0")

    def discovery_all(self, asked: Asked, major: int) -> bytes:
        return self.manifest

    def nominate(self, key: str = "N-1", **changes: Any) -> omobilities.Mobility:
        """Nominate somebody to the node under test; what the content changes changes the proposal."""
        about = {
            "sending_hei": omobilities.Side(hei_id=self.hei),
            "receiving_hei": omobilities.Side(hei_id=CHARITE),
            "sending_academic_term_ewp_id": TERM,
            "receiving_academic_year_id": YEAR,
            "agreement_isced_f_code": "0912",
            "eqf_level_studied_at_departure": 7,
            "nominee_isced_f_code": "0912",
            **changes.pop("nomination", {}),
        }
        person = {
            "given_names": (Text("Nils"),),
            "family_names": (Text("Holm"),),
            "global_id": ESI.format("n1"),
            "birth_date": date(2003, 4, 5),
            "nationality": "SE",
            "gender": "1",
            "email": "nils@ki.example",
            **changes.pop("student", {}),
        }
        made = omobilities.proposed(
            omobilities.Mobility(
                omobility_id=key,
                student=omobilities.Student(**person),
                nomination=omobilities.Nomination(**about),
                **changes,
            )
        )
        self.nominations[key] = made
        return made

    def agree(self, key: str = "N-1", *, studied: str = "Surgery", **changes: Any) -> las.LearningAgreement:
        """Write a learning agreement with one course, which waits for the node under test."""
        signed = las.Signature(
            timestamp=datetime(2026, 6, 1, tzinfo=UTC),
            signer_name="Nora",
            signer_position="Head",
            signer_email="n@ki.example",
        )
        component = las.Component(
            title=studied,
            los_code=studied[:3].upper(),
            term=las.TermNumber(1, 2),
            credits=(las.Credit("ects", Decimal(10)),),
        )
        content = {
            "components_studied": (component,),
            "components_recognized": (component,),
            "student_signature": signed,
            "sending_hei_signature": signed,
        }
        contact = las.ContactPerson(given_names="Nora", family_name="Nord", email="n@ki.example")
        about = {
            "sending_hei": las.Side(hei_id=self.hei, contact_person=contact),
            "receiving_hei": las.Side(hei_id=CHARITE, contact_person=contact),
            **changes.pop("sides", {}),
        }
        versions = {
            "changes_proposal": las.ChangesProposal(**content),
            **{name: las.Version(**content, receiving_hei_signature=signed) for name in changes.pop("held", ())},
            **changes,
        }
        made = las.proposed(
            las.LearningAgreement(
                omobility_id=key,
                **about,
                receiving_academic_year_id=YEAR,
                student=las.Student(given_names="Nils", family_name="Holm", global_id=ESI.format("n1")),
                start_date=date(2026, 10, 1),
                end_date=date(2027, 1, 31),
                eqf_level_studied_at_departure=7,
                isced_f_code="0912",
                student_language_skill=las.LanguageSkill(language="en", cefr_level="B2"),
                **versions,
            )
        )
        self.agreements[key] = made
        return made

    def certify(self, key: str, transcript: dict[str, Any]) -> None:
        """Issue the transcript of a student of the node under test."""
        stay = certified.Stay(
            host={"schac": self.hei, "name": "KI", "country": "SE", "url": "https://ki.example"},
            participant=key,
            first=date(2026, 10, 1),
            last=date(2027, 1, 31),
            year=YEAR,
            field="0912",
        )
        learner = Learner(given_names="Anna", family_name="Muster", esi=ESI.format("n1"))
        self.transcripts[key] = Tor(key, Record(certified.record_of(transcript, stay=stay), learner))

    def arrive(
        self,
        key: str,
        *,
        status: str = "verified",
        arrived: date | None = None,
        departed: date | None = None,
        comment: str = "",
    ) -> None:
        """Say when a student of the node under test came and left."""
        self.arrivals[key] = imobilities.IncomingMobilityOfVersion1(
            omobility_id=key,
            actual_arrival_date=arrived,
            actual_departure_date=departed,
            status=status,
            comment=comment,
        )


def no(status: int, said: str = "") -> tuple[int, bytes]:
    """Return an answer that says no."""
    users = (answers.UserMessage(said, "en"),) if said else ()
    return status, answers.write_error(answers.ErrorResponse(f"Developers: {said}", users))


class Handler(BaseHTTPRequestHandler):
    """Hand a request to the university, signed answers back."""

    protocol_version = "HTTP/1.1"
    university: University

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts, headers = urlsplit(self.path), tuple(self.headers.items())
        pairs = parse_qs(parts.query) | (parse_qs(body.decode()) if not body.startswith(b"<") else {})
        here = self.university
        asked = Asked(parts.path, pairs, body)
        here.asked.append(asked)
        signed = self.verified(headers, body) if "Authorization" in self.headers else None
        if here.etag and self.headers.get("If-None-Match") == here.etag:
            self.reply(304, b"", [])
            return
        status, content = here.answer(asked)
        out = [("Content-Type", answers.XML_TYPE), *([("ETag", here.etag)] if here.etag else [])]
        if here.is_signing and signed is not None:
            made = signing.sign_response(
                signing.Response(tuple(out), content),
                key=here.signer or pair(here.hei),
                now=datetime.now(UTC),
                to=signed,
            )
            out += list(made.headers.items())
        self.reply(status, content, out)

    def reply(self, status: int, content: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def verified(self, headers: tuple[tuple[str, str], ...], body: bytes) -> signing.Signed:
        """Return who signed; a request of the node that is signed wrongly breaks the test."""
        key = membership.keys().public
        return signing.verify_request(
            signing.Request(self.command, self.path, headers, body),
            keys={key.key_id: key}.get,
            hosts={self.headers["Host"]},
            now=datetime.now(UTC),
        )

    def log_message(self, *_given: Any) -> None:
        """Say nothing."""


@contextmanager
def opened(university: University) -> Iterator[University]:
    """Let a university answer on a port of this machine."""
    handler = type("Bound", (Handler,), {"university": university})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    # A caller that hangs up is no fault; one that is not who it says it is gets no answer, which its test sees.
    server.handle_error = lambda *_given: None  # type: ignore[method-assign]  # reason: the only way to keep it quiet
    university.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield university
    finally:
        server.shutdown()
        server.server_close()


def publish(league: League, *universities: University) -> None:
    """Let the registry publish universities beside the node under test."""
    from hansa.areas.exchange.api.discovery import manifest_of

    member = membership.read(league.table)
    manifests = {"own": write_manifest(manifest_of(member))} | {one.hei: one.manifest for one in universities}
    combined = combine(manifests)
    Catalogue.objects.update_or_create(
        registry=member.catalogue_url,
        defaults={"document": combined.catalogue, "etag": f'"{time.monotonic_ns()}"', "at": timezone.now()},
    )
