"""Keys, a clock and two hosts for tests of the network; a key pair is made once for each process."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from hansa.lib.ewp.client_certificates import self_signed
from hansa.lib.ewp.hosts import Institution, Name
from hansa.lib.ewp.manifest import Manifest, ours
from hansa.lib.ewp.rsa_keys import RsaKeyPair

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
REQUEST_ID = "dc05b425-4e86-4106-8dde-1257fccf53e5"


@cache
def pair(number: int = 0) -> RsaKeyPair:
    return RsaKeyPair.generate(2048)


CHARITE = Institution(
    "charite.example",
    (Name("Charité", "de"), Name("Charité – University Medicine Berlin", "en")),
    (("erasmus", "D  BERLIN14"), ("pic", "999993953")),
)
KAROLINSKA = Institution("ki.example", (Name("Karolinska Institutet", "sv"),), (("erasmus", "S  STOCKHO03"),))
CERTIFICATE = self_signed(pair(), host="ewp.charite.example", now=NOW, serial=7)


def manifest(institution: Institution | None = CHARITE, **changes) -> Manifest:
    address = f"https://ewp.{institution.hei_id if institution else 'none.example'}"
    described = Manifest(
        institution,
        admin_emails=("ewp@charite.example", "office@charite.example"),
        provider="Charité (Hansa)",
        notes="Made up.",
        apis=ours(address),
        client_keys=(pair().public,),
        certificates=(CERTIFICATE,),
        server_keys=(pair(1).public,),
    )
    return replace(described, **changes)


def other(**changes) -> Manifest:
    given = {"client_keys": (pair(1).public,), "certificates": ()} | changes
    return manifest(KAROLINSKA, **given)
