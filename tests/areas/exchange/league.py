"""A closed league of the network around the node under test: partners with real keys, and signed calls at its door."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from hansa.areas.exchange.api import address
from hansa.areas.exchange.api.discovery import manifest_of
from hansa.areas.exchange.models import Catalogue, Iia, Mobility, Plan, Profile, Stay
from hansa.areas.exchange.network import membership
from hansa.areas.exchange.states import Channel, IiaState, MobilityState, PlanState
from hansa.kernel.identity import own
from hansa.lib.canonical import digest
from hansa.lib.ewp import signing
from hansa.lib.ewp.client_certificates import pem_of, self_signed
from hansa.lib.ewp.hosts import Institution, Name
from hansa.lib.ewp.manifest import Manifest, ours, write_manifest
from hansa.lib.ewp.registry import combine
from hansa.lib.ewp.rsa_keys import RsaKeyPair
from hansa.lib.exchange import plans
from hansa.lib.letters import moment
from tests.conftest import given

CHARITE, KI, UU, STATS = "charite.example", "ki.example", "uu.example", "stats.erasmuswithoutpaper.eu"
ADDRESS = "https://localhost"
STARTS, ENDS, YEAR = date(2026, 10, 1), date(2027, 1, 31), "2026/2027"
ESI = "urn:schac:personalUniqueCode:int:esi:charite.example:{}"
CERTIFICATE_HEADER = "X-Client-Certificate"


@cache
def pair(hei: str) -> RsaKeyPair:
    """Return the key pair of an institution, made once for each process."""
    return RsaKeyPair.generate(2048)


@cache
def certificate(hei: str) -> bytes:
    return self_signed(pair(hei), host=f"ewp.{hei}", now=datetime.now(UTC), serial=len(hei))


def partner_manifest(hei: str) -> Manifest:
    return Manifest(
        Institution(hei, (Name(f"University {hei}", "en"),)),
        admin_emails=(f"ewp@{hei}",),
        apis=ours(f"https://ewp.{hei}"),
        client_keys=(pair(hei).public,),
        certificates=(certificate(hei),),
        server_keys=(pair(hei).public,),
    )


@dataclass
class League:
    """The node under test as a member, and what partners ask of it."""

    client: Client = field(default_factory=Client)
    table: dict[str, Any] = field(
        default_factory=lambda: {
            "hei": CHARITE,
            "registry": "own",
            "erasmus_code": "D  BERLIN14",
            "certificate_header": CERTIFICATE_HEADER,
        }
    )

    @property
    def node(self) -> SimpleNamespace:
        """Return the node's configuration with the table of the area."""
        return SimpleNamespace(areas={"exchange": self.table}, proxy="127.0.0.1")

    def publish(self, *heis: str) -> Catalogue:
        """Let the registry publish this node and partners."""
        member = membership.read(self.table)
        manifests = {"own": write_manifest(manifest_of(member))} if membership.key_file().exists() else {}
        manifests |= {hei: write_manifest(partner_manifest(hei)) for hei in heis}
        document = combine(manifests).catalogue
        self.etag = f'"{hashlib.sha256(document).hexdigest()}"'
        row, _made = Catalogue.objects.update_or_create(
            registry=member.catalogue_url,
            defaults={"document": document, "etag": self.etag, "at": timezone.now()},
        )
        return row

    def ask(
        self,
        name: str,
        major: int,
        pairs: Iterable[tuple[str, str]] | Mapping[str, str] = (),
        *,
        part: str = "url",
        method: str = "POST",
        by: str = KI,
        document: bytes = b"",
        **changes: Any,
    ) -> Any:
        """Send a signed request to an endpoint and return the answer."""
        path = f"/{address(name, major, part=part)}"
        given_ = list(pairs.items()) if isinstance(pairs, Mapping) else list(pairs)
        text = urlencode(given_)
        body, type_ = (document, "text/xml") if document else (text.encode(), "application/x-www-form-urlencoded")
        if not body:
            type_ = ""
        if method != "POST":
            path, body, type_ = f"{path}?{text}" if text else path, b"", ""
        return self.send(method, path, body, type_=type_, by=by, **changes)

    def send(self, method: str, path: str, body: bytes = b"", *, type_: str = "", by: str = KI, **changes: Any) -> Any:
        """Sign a request as an institution and send it; ``changes`` replace headers after signing, or drop them."""
        headers = {"Content-Type": type_} if type_ else {}
        headers |= changes.pop("headers", {})
        asked = signing.Request(method, path, tuple(headers.items()), body)
        host, now = membership.read(self.table).host, changes.pop("now", datetime.now(UTC))
        signed = signing.sign_request(asked, host=host, key=pair(by), now=now, request_id=str(uuid4()))
        self.signed = signed
        sent = {**headers, **signed.headers, **changes.pop("after", {})}
        sent = {key: value for key, value in sent.items() if value is not None and key != "Content-Type"}
        return self.client.generic(method, path, changes.pop("instead", body), content_type=type_, headers=sent)

    def iia(self, hei: str = KI, **changes: Any) -> Iia:
        """Return an agreement with a partner that both approved."""
        condition = {
            "kind": "student-studies",
            "sending": CHARITE,
            "receiving": hei,
            "first_year": YEAR,
            "last_year": "2028/2029",
            "places": 20,
            "fields": ["0912"],
            "levels": [6, 7],
        }
        with given():
            made = Iia(
                title=f"Agreement with {hei}",
                partner=hei,
                foreign_id=f"{hei}-{uuid4().hex[:8]}",
                state=IiaState.IN_FORCE,
                approved_here="0" * 64,
                approved_there="1" * 64,
                conditions=[condition, {**condition, "sending": hei, "receiving": CHARITE}],
                **changes,
            )
            made.save()
        return made

    def mobility(
        self, hei: str = KI, *, iia: Iia | None = None, person: Mapping[str, Any] = {}, **changes: Any
    ) -> Mobility:
        """Return a stay of the network with a partner, outgoing unless told otherwise."""
        is_outgoing = changes.pop("is_outgoing", True)
        key = uuid4()
        sending, receiving = (own().id, f"hei:{hei}") if is_outgoing else (f"hei:{hei}", own().id)
        fields: dict[str, Any] = {
            "id": key,
            "channel": Channel.NETWORK,
            "kind": "student_studies",
            "cycle": "master",
            "field": 912,
            "language": "en",
            "language_level": "B2",
            "sending": sending,
            "receiving": receiving,
            "lead": sending,
            "parties": [sending, receiving],
            "partner": f"hei:{hei}",
            "is_outgoing": is_outgoing,
            "starts": STARTS,
            "ends": ENDS,
            "year": YEAR,
            "title": "A stay",
            "state": MobilityState.NOMINATED,
            "foreign_id": str(key),
            "iia": iia,
            "condition": (1 if is_outgoing else 2) if iia else None,
        }
        about = {
            "given_names": "Anna",
            "family_name": "Muster",
            "birth_date": date(2003, 4, 5),
            "nationality": "DE",
            "gender": "female",
            "email": "anna@charite.example",
            "esi": ESI.format(key.hex[:8]),
            **person,
        }
        with given():
            made = Mobility(**{**fields, **changes})
            made.save()
            Stay(mobility=made, **about).save()
        return made

    def plan(
        self, mobility: Mobility, *codes: str, state: str = PlanState.OFFERED, terms: str = "", **changes: Any
    ) -> Plan:
        """Return the next version of a stay's plan, with the courses of these codes."""
        newest = mobility.plans.order_by("-number").first()
        number = newest.number + 1 if newest else 1
        document = {
            "hansa": plans.FORMAT,
            "mobility": mobility.urn,
            "version": number,
            "previous": newest.digest if newest else None,
            "phase": "before",
            "components": [
                {"form": "course", "code": code, "title": f"Course {code}", "credits": "7.5", "term": "2026/2027-1/2"}
                for code in codes
            ],
            "home": [{"code": f"H-{code}", "title": f"Kurs {code}", "credits": "7.5"} for code in codes],
            "automatic": not terms,
            "terms": terms,
        }
        plans.check(document)
        made = Plan(
            mobility=mobility, number=number, phase="before", document=document, digest=digest(document), state=state
        )
        signed = {
            role: plans.PlanSignature(
                plan=made.digest, role=role, party=own().id, by="p1", at=moment(timezone.now())
            ).sign(own().signing)
            for role in (plans.PARTICIPANT, plans.SENDING)
        }
        made.signatures = {**signed, **changes.pop("signatures", {})}
        for name, value in changes.items():
            setattr(made, name, value)
        with given():
            made.save()
        return made

    def transcript(self, mobility: Mobility) -> dict[str, Any]:
        """Return what a host certifies at the end of a stay."""
        return {
            "hansa": "transcript/1",
            "mobility": mobility.urn,
            "issued": "2027-02-10",
            "scale": {"name": "German", "passing": [["1,0", 10], ["2,0", 30], ["3,0", 20]], "failing": ["5,0"]},
            "courses": [
                {"code": "A", "title": "Course A", "credits": "7.5", "grade": "2,0", "passed": True},
                {"code": "B", "title": "Course B", "credits": "5", "grade": "5,0", "passed": False},
            ],
        }

    def profile(self, **changes: Any) -> Profile:
        """Return what this institution tells of itself."""
        about = {
            "name": "Charité – Universitätsmedizin Berlin",
            "abbreviation": "Charité",
            "street": "Charitéplatz 1",
            "postal_code": "10117",
            "city": "Berlin",
            "country": "DE",
            "website": "https://www.charite.example",
            "email": "office@charite.example",
            "phone": "+4930450",
            "contact_given_names": "Olga",
            "contact_family_name": "Office",
            "contact_position": "Institutional coordinator",
            "units": "med = Faculty of medicine\nnursing = School of nursing",
            "nominations_autumn": "05-31",
            "nominations_spring": "10-31",
            "applications_autumn": "06-15",
            "applications_spring": "11-15",
            "decision_weeks": 4,
            "transcript_weeks": 5,
            "requirements": "Language = B2 in German or English",
            "housing": "https://www.charite.example/housing",
            "visa": "https://www.charite.example/visa",
            "insurance": "https://www.charite.example/insurance",
            "state": "published",
        }
        with given():
            made = Profile(**{**about, **changes})
            made.save()
        return made


def member_keys() -> Any:
    """Write this node's key and certificate; return the paths to remove afterwards."""
    membership.key_file().write_bytes(pair(CHARITE).pem)
    membership.certificate_file().write_bytes(pem_of(certificate(CHARITE)))
    return membership.key_file(), membership.certificate_file()
