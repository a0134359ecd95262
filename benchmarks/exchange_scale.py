"""Ask a node with 200 partners, 5,000 agreements and 50,000 mobilities as another member of the network would.

Every request is signed by a partner's key and goes through the whole WSGI application: signature,
catalogue, database, document. Nobody else offers such a host in Python, so there is no peer; beside
each figure stands what the same door takes where there is nothing to find (echo).
"""

import io
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from benchmarks.rows import Row, own

PARTNERS, AGREEMENTS, MOBILITIES = 200, 5_000, 50_000
TIMES, BEFORE, AT_ONCE = 60, 5, 50
TARGETS = {"index": 0.100, "get": 0.150}
YEARS = ("2024/2025", "2025/2026", "2026/2027")
BERLIN = "https://ror.org/001w7jn25"
HEI, ADDRESS = "charite.example", "https://localhost"
FORM = "application/x-www-form-urlencoded"
TABLE = '\n[exchange]\nhei = "charite.example"\nregistry = "own"\n'


def measure() -> list[Row]:
    with TemporaryDirectory(dir=Path(__file__).parents[1], prefix=".benchmark-") as name:
        found = own("exchange_scale", "run", Path(name) / "node", timeout=1800)
    bare = found.pop("echo")
    return [
        Row(
            figure=f"{what} with {MOBILITIES:,} mobilities, signed, through the WSGI application, median",
            hansa=f"{told['p50'] * 1000:.1f} ms (p95 {told['p95'] * 1000:.1f} ms)",
            target=f"≤ {TARGETS[what.split()[0]] * 1000:.0f} ms",
            holds=told["p95"] <= TARGETS[what.split()[0]],
            peer="echo through the same door",
            theirs=f"{bare['p50'] * 1000:.1f} ms",
            ratio=f"{told['p50'] / bare['p50']:.1f} times an echo",
        )
        for what, told in found.items()
    ]


def run(directory: Path) -> None:
    """Make a node, fill it, ask it, and print how long it took."""
    from hansa.node.initialise import initialise  # noqa: PLC0415 - Django reads the node when it is imported

    initialise(directory, institution=BERLIN, name="Berlin", address=ADDRESS, listen="127.0.0.1:8001")
    with (directory / "node.toml").open("a", encoding="utf-8") as file:
        file.write(TABLE)
    script = [sys.executable, "-m", "benchmarks.exchange_scale", "ask", str(directory)]
    os.execv(sys.executable, script)


def ask(directory: Path) -> None:
    """Fill a node and ask it."""
    os.environ.update(HANSA_NODE=str(directory), DJANGO_SETTINGS_MODULE="hansa.node.settings")
    import django  # noqa: PLC0415 - Django reads the node when it is imported

    django.setup()
    from hansa.lib.ewp.rsa_keys import RsaKeyPair  # noqa: PLC0415 - as above

    pair = RsaKeyPair.generate(2048)
    ids = fill(directory, pair)
    partner = Partner(pair)
    some = [("omobility_id", key) for key in ids[:AT_ONCE]]
    since = [("modified_since", "2026-01-01T00:00:00Z"), ("receiving_academic_year_id", YEARS[-1])]
    calls: dict[str, Callable[[], bytes]] = {
        "echo": lambda: partner.ask("echo/v2", [("echo", "x")]),
        "index of omobilities 3": lambda: partner.ask("omobilities/v3/index", []),
        "index of omobilities 3, one year, modified since": lambda: partner.ask("omobilities/v3/index", since),
        f"get of {AT_ONCE} omobilities 3": lambda: partner.ask("omobilities/v3/get", some),
    }
    print(json.dumps({what: timed(call) for what, call in calls.items()}))


def timed(call: Callable[[], bytes]) -> dict[str, float]:
    taken = []
    for _number in range(BEFORE + TIMES):
        before = time.perf_counter()
        call()
        taken.append(time.perf_counter() - before)
    del taken[:BEFORE]
    return {"p50": statistics.median(taken), "p95": statistics.quantiles(taken, n=20)[18]}


class Partner:
    """A member of the network with one key."""

    def __init__(self, pair: Any) -> None:
        from hansa.node.wsgi import application  # noqa: PLC0415 - Django reads the node when it is imported

        self.pair, self.application = pair, application

    def ask(self, path: str, pairs: list[tuple[str, str]]) -> bytes:
        """Send a signed request through the application and return what it answers."""
        from django.utils import timezone  # noqa: PLC0415 - as above

        from hansa.lib.ewp import signing  # noqa: PLC0415 - as above

        target, body = f"/ewp/{path}", urlencode(pairs).encode()
        asked = signing.Request("POST", target, (("Content-Type", FORM),), body)
        signed = signing.sign_request(
            asked, host="localhost", key=self.pair, now=timezone.now(), request_id=str(uuid4())
        )
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": target,
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": FORM,
            "CONTENT_LENGTH": str(len(body)),
            # Each from another address: the node's limit on requests a second is not what is measured.
            "REMOTE_ADDR": str(uuid4()),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "https",
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in signed.headers.items()},
        }
        told: list[str] = []
        answer = b"".join(self.application(environ, lambda status, _headers, _wrong=None: told.append(status)))
        assert told == ["200 OK"], (told, answer[:500])
        return answer


def fill(directory: Path, pair: Any) -> list[str]:
    """Fill a node and return the ids of the first partner's nominations."""
    from django.utils import timezone  # noqa: PLC0415 - Django reads the node when it is imported

    from hansa.areas.exchange.models import Catalogue, Iia, Mobility, Stay  # noqa: PLC0415 - as above
    from hansa.kernel.change import change  # noqa: PLC0415 - as above

    iias = [agreement(Iia, number) for number in range(AGREEMENTS)]
    stays = [mobility(Mobility, number, iia=iias[number % AGREEMENTS]) for number in range(MOBILITIES)]
    with change({"benchmark": "fill"}):
        Iia.objects.bulk_create(iias, batch_size=500)
        Mobility.objects.bulk_create(stays, batch_size=500)
        Stay.objects.bulk_create([person(Stay, number, of=one) for number, one in enumerate(stays)], batch_size=500)
    row = Catalogue(registry=f"{ADDRESS}/ewp/registry/catalogue-v1.xml", document=catalogue(pair), at=timezone.now())
    row.save()
    return [one.foreign_id for one in stays if one.is_outgoing and one.partner == f"hei:{hei(0)}"]


def hei(number: int) -> str:
    return f"university-{number}.example"


def agreement(made: Any, number: int) -> Any:
    """Return one agreement, as large as those of the network are."""
    partner = hei(number % PARTNERS)
    condition = {"kind": "student-studies", "first_year": YEARS[0], "last_year": YEARS[-1], "places": 10}
    ways = [(HEI, partner), (partner, HEI)]
    return made(
        title=f"Agreement {number}",
        partner=partner,
        foreign_id=f"their-{number}",
        state="in_force",
        ours="<iia/>" * 1000,
        theirs="<iia/>" * 1000,
        approved_here="0" * 64,
        approved_there="1" * 64,
        conditions=[
            {**condition, "sending": sending, "receiving": receiving, "fields": ["0912"], "levels": [7]}
            for sending, receiving in ways
        ],
    )


def mobility(made: Any, number: int, *, iia: Any) -> Any:
    """Return one stay; every second comes in."""
    ours, theirs = BERLIN, f"hei:{iia.partner}"
    is_outgoing, key = (number // AGREEMENTS) % 2 == 0, uuid4()
    sending, receiving = (ours, theirs) if is_outgoing else (theirs, ours)
    year = YEARS[number % len(YEARS)]
    return made(
        id=key,
        channel="network",
        kind="student_studies",
        cycle="master",
        field=912,
        language="en",
        language_level="B2",
        sending=sending,
        receiving=receiving,
        lead=sending,
        parties=[sending, receiving],
        partner=theirs,
        is_outgoing=is_outgoing,
        starts=date(int(year[:4]), 10, 1),
        ends=date(int(year[5:]), 1, 31),
        year=year,
        title=f"Stay {number}",
        state=("nominated", "accepted", "recognised")[number % 7 % 3],
        foreign_id=str(key),
        iia=iia,
        condition=1,
    )


def person(made: Any, number: int, *, of: Any) -> Any:
    """Return who goes."""
    esi = f"urn:schac:personalUniqueCode:int:esi:{HEI}:{number}"
    return made(
        mobility=of,
        given_names="Anna",
        family_name="Muster",
        birth_date=date(2003, 4, 5),
        nationality="DE",
        gender="female",
        email=f"anna{number}@charite.example",
        esi=esi,
    )


def catalogue(pair: Any) -> bytes:
    """Return a catalogue with every partner in it; the first one has the key that signs here."""
    from hansa.lib.ewp.registry import combine  # noqa: PLC0415 - Django reads the node when it is imported

    return combine(dict(manifests(pair))).catalogue


def manifests(pair: Any) -> Iterator[tuple[str, bytes]]:
    """Yield the manifest of every partner."""
    from hansa.lib.ewp.hosts import Institution, Name  # noqa: PLC0415 - as above
    from hansa.lib.ewp.manifest import Manifest, ours, write_manifest  # noqa: PLC0415 - as above

    for number in range(PARTNERS):
        described = Manifest(
            Institution(hei(number), (Name(f"University {number}"),)),
            admin_emails=(f"ewp@{hei(number)}",),
            apis=ours(f"https://ewp.{hei(number)}"),
            client_keys=(pair.public,) if number == 0 else (),
        )
        yield hei(number), write_manifest(described)


if __name__ == "__main__":
    {"run": run, "ask": ask}[sys.argv[1]](Path(sys.argv[2]))
