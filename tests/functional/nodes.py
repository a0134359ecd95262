"""Real nodes for tests: processes of `hansa serve` on this machine, which can be killed and started again.

One set of directories is made for all tests of a process: keys, people, partners, a memorandum in
force and data. A test gets a copy of it. The first process imports what a node needs and then
makes each node by fork, so that a node that was killed is back before its partners lose patience.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from hansa.lib import agreement as documents
from hansa.lib.canonical import digest
from hansa.lib.keys import Identity, SealingKey, SigningKey
from hansa.node.initialise import prepare
from tests.paper import PERMITS, party_of
from tests.patience import PAUSE, WAIT, until

BERLIN = "https://ror.org/001w7jn25"
STOCKHOLM = "https://ror.org/056d84691"
SOLNA = "https://ror.org/00m8d6786"
NAMES = {
    BERLIN: "Charité – Universitätsmedizin Berlin",
    STOCKHOLM: "Karolinska Institutet",
    SOLNA: "Karolinska University Hospital",
}
ROLES = ("administrator", "signatory", "steward", "investigator", "coordinator", "auditor")
WORDS = {"en": "Joint research", "de": "Gemeinsame Forschung", "sv": "Gemensam forskning"}
PURPOSE = "DUO:0000042"
ENDED = {"released", "failed", "declined", "withdrawn"}
LIMITS = {"minimum_cell": 10, "minimum_sites": 3, "time_grid_days": 30, "release": "automatic"}

# Each line it reads names a node and its log; it answers with the number of the new process.
FORKING = """
import os, signal, sys
import duckdb, formulaic, httpx2, joserfc.jwe, numpy, pandas, pydantic, rfc8785, scipy.stats, typer, waitress
import django.core.management, django.db.backends.sqlite3.base, django.template.defaulttags
import hansa.cli.application
from hansa.lib import agreement, decision, disclosure, secure_sum
from hansa.lib.statistics import programme, protocol, reading
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    directory, log, settings = line.rstrip("\\n").split("\\t")
    number = os.fork()
    if number:
        print(number, flush=True)
        continue
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1), os.dup2(out, 2)
    os.environ.update(HANSA_NODE=directory, DJANGO_SETTINGS_MODULE="hansa.node.settings")
    os.environ.update(pair.split("=", 1) for pair in settings.split() if pair)
    from hansa.cli.__main__ import main
    main(["--node", directory, "serve"])
    os._exit(0)
"""

FURNISH = """
import json, sys
import django
django.setup()
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from hansa.kernel.agreements import name_of
from hansa.kernel.frame import Change, under_way
from hansa.kernel.models import Agreement, ApiToken, Partner, Person
from hansa.kernel.people import permissions_of
from hansa.kernel.sessions import digest
from hansa.areas.studies import actions
from hansa.areas.studies.models import Dataset
given = json.load(sys.stdin)
password = make_password(given["password"])
token = under_way.set(Change({}))
for role in given["roles"]:
    name = given["signatory"] if role == "signatory" else role.title()
    person = Person(username=role, name=name, roles=[role], state="active", password=password)
    person.save()
    ApiToken(person=person, name="test", digest=digest("hansa_" + role), scopes=sorted(permissions_of(person)),
             expires=timezone.now() + timezone.timedelta(days=1), state="valid").save()
for partner in given["partners"]:
    Partner(state="known", **partner).save()
for agreement in given["agreements"]:
    Agreement(id=name_of(agreement["hash"]), state="in_force", **agreement).save()
under_way.reset(token)
steward = Person.objects.get(username="steward")
for name, source in given["datasets"].items():
    actions.add(Dataset(), by=steward, name=name, source=source)
"""


#: The password of everybody, who sign in at the pages with the name of their role.
PASSWORD = "seven ships on the Spree"


class AnswerError(AssertionError):
    """A node answered with an error; ``told`` is what it said."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(f"{told.get('message')} {told.get('remedy')}")
        self.told = told


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Forge:
    """The process that makes nodes by fork."""

    def __init__(self) -> None:
        # Without a node of its own, it cannot read settings that the nodes it makes would then share.
        environment = {name: text for name, text in os.environ.items() if not name.startswith(("HANSA", "DJANGO"))}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", FORKING],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def make(self, directory: Path, log: Path, *, settings: str = "") -> int:
        """Start a node; return the number of its process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{directory}\t{log}\t{settings}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self) -> None:
        """End the process; the nodes it made stay."""
        with self.process:
            self.process.kill()


class LiveNode:
    """A node that runs, or can run, as a process of its own."""

    def __init__(self, directory: Path, *, institution: str, port: int, forge: Forge) -> None:
        self.directory, self.institution, self.port, self.forge = directory, institution, port, forge
        self.log = directory.parent / f"{directory.name}.log"
        self.settings = ""
        self.number = 0
        self.line = httpx2.Client(timeout=30)

    @property
    def name(self) -> str:
        """Return the institution's name."""
        return NAMES[self.institution]

    def start(self) -> None:
        """Start the process, without waiting until it answers."""
        self.number = self.forge.make(self.directory, self.log, settings=self.settings)

    def answers(self) -> bool:
        """Tell whether the node answers requests."""
        try:
            return self.line.get(f"http://127.0.0.1:{self.port}/login/", timeout=5).status_code == 200
        except httpx2.HTTPError:
            return False

    def kill(self) -> None:
        """End the process in the middle of whatever it does."""
        if self.number:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.number, signal.SIGKILL)
                until(lambda: not Path(f"/proc/{self.number}").exists(), what="the killed process to be gone")
            self.number = 0

    def act(self, role: str, action: str, record: str = "", **given: Any) -> dict[str, Any]:
        """Do something in the name of the person with a role; return the record."""
        noun, verb = action.split(".")
        place = f"{UUID(record.rpartition(':')[2])}/{verb}" if record else verb
        answer = self.line.post(
            f"http://127.0.0.1:{self.port}/api/{noun}/{place}",
            json=given,
            headers={"Authorization": f"Bearer hansa_{role}"},
        )
        told: dict[str, Any] = answer.json()
        if answer.status_code >= 400:
            raise AnswerError(told)
        return told

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return rows of the node's database, read from outside."""
        with contextlib.closing(sqlite3.connect(f"file:{self.directory}/hansa.sqlite3?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchall()

    def study(self, study: str) -> dict[str, Any]:
        """Return where a study stands here."""
        found = self.rows("select state, trouble, result, attempt from studies_study where id = ?", key(study))
        state, trouble, result, attempt = found[0] if found else ("", "", None, 0)
        return {"state": state, "trouble": trouble, "result": json.loads(result or "null"), "attempt": attempt}

    def run(self, code: str) -> Any:
        """Run code in this node, in a process of its own; return what it assigned to ``told``."""
        whole = f"import django, json\ndjango.setup()\n{code}\nprint(json.dumps(told, default=str))"
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", whole],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of a process of this node."""
        return {**os.environ, "HANSA_NODE": str(self.directory), "DJANGO_SETTINGS_MODULE": "hansa.node.settings"}


def key(record: str) -> str:
    """Return a record's id as SQLite keeps it."""
    return record.rpartition(":")[2].replace("-", "")


class Alliance:
    """Institutions that signed a memorandum, each with its running node; the first leads, the last dials out."""

    def __init__(self, root: Path, *, ports: dict[str, int], forge: Forge) -> None:
        self.nodes = [
            LiveNode(root / str(place), institution=institution, port=port, forge=forge)
            for place, (institution, port) in enumerate(ports.items())
        ]

    @property
    def lead(self) -> LiveNode:
        """Return the node that proposes."""
        return self.nodes[0]

    def start(self, *, settings: str = "") -> None:
        """Start every node and wait until all answer."""
        for node in self.nodes:
            node.settings = settings
            node.start()
        try:
            until(lambda: all(node.answers() for node in self.nodes), what="the nodes to answer")
        except AssertionError as late:
            raise AssertionError([node.log.read_text(encoding="utf-8")[-800:] for node in self.nodes]) from late

    def end(self) -> None:
        """End every node."""
        for node in self.nodes:
            node.kill()
            node.line.close()

    def propose(self, protocol: str) -> str:
        """Propose a study and wait until it is at every party; return its URN."""
        study = str(self.lead.act("investigator", "studies.propose", protocol=protocol)["id"])
        parties = json.loads(self.lead.rows("select parties from studies_study where id = ?", key(study))[0][0])
        there = [node for node in self.nodes if node.institution in parties]
        until(lambda: all(node.study(study)["state"] for node in there), what="the proposal to arrive")
        return study

    def run(self, protocol: str, **datasets: str) -> str:
        """Propose a study and approve it at every party; return its URN."""
        study = self.propose(protocol)
        for node in self.parties(study):
            node.act("steward", "studies.approve", study, dataset=datasets.get(node.directory.name, "data"))
        return study

    def parties(self, study: str) -> list[LiveNode]:
        """Return the nodes at which a study is."""
        return [node for node in self.nodes if node.study(study)["state"]]

    def wait(self, study: str, *states: str, seconds: float = WAIT) -> list[dict[str, Any]]:
        """Wait until a study is in one of these states at every party."""
        nodes = self.parties(study)
        end = time.monotonic() + seconds
        found = [node.study(study) for node in nodes]
        while not {one["state"] for one in found} <= set(states) and time.monotonic() < end:
            if any(one["state"] in ENDED - set(states) for one in found):
                break
            time.sleep(PAUSE)
            found = [node.study(study) for node in nodes]
        assert {one["state"] for one in found} <= set(states), [self.story(node) for node in nodes]
        return found

    def story(self, node: LiveNode) -> list[Any]:
        """Return what a node waits for, for the message of a test that failed."""
        return [
            node.name,
            node.rows("select substr(id, 1, 6), state, attempt, trouble from studies_study"),
            node.rows("select kind, state, attempts, waits_for, trouble from kernel_job where state != 'done'"),
            node.rows(
                "select direction, kind, sequence, state, attempts, trouble, reason"
                " from kernel_letter where state != 'applied'"
            ),
            node.rows("select name, state, alarm, trouble from kernel_partner"),
            node.log.read_text(encoding="utf-8")[-1500:],
        ]


def make(root: Path, *, data: dict[str, list[Path]], clauses: list[dict[str, Any]]) -> dict[str, int]:
    """Make the directories of three nodes that know each other; return their ports.

    ``data`` names for each dataset a file for each node, in order.
    """
    ports = {institution: free_port() for institution in NAMES}
    for place, (institution, port) in enumerate(ports.items()):
        address = "" if institution == SOLNA else f"http://127.0.0.1:{port}"
        listen = f"127.0.0.1:{port}"
        prepare(root / str(place), institution=institution, name=NAMES[institution], address=address, listen=listen)
    migrate(root / "0")
    for place in range(1, len(ports)):
        shutil.copy(root / "0" / "hansa.sqlite3", root / str(place) / "hansa.sqlite3")
    keys = {institution: signing_key(root / str(place)) for place, institution in enumerate(ports)}
    identities = {institution: identity(root / str(place), institution) for place, institution in enumerate(ports)}
    held = in_force(memorandum(identities, clauses=clauses), keys)
    done = []
    for place, institution in enumerate(ports):
        partners = [
            {
                "institution": other,
                "name": NAMES[other],
                "address": "" if other == SOLNA else f"http://127.0.0.1:{ports[other]}",
                "identity": identities[other].to_json(),
            }
            for other in ports
            if other != institution
        ]
        sources = {name: str(files[place]) for name, files in data.items()}
        given = {"roles": ROLES, "signatory": "Ada", "partners": partners, "agreements": [held], "datasets": sources}
        given["password"] = PASSWORD
        done.append(furnish(root / str(place), given))
    for process in done:
        assert process.wait(timeout=60) == 0
    return ports


def migrate(directory: Path) -> None:
    """Make the empty database of a node."""
    code = (
        "import django; django.setup(); from django.core.management import call_command;"
        "call_command('migrate', verbosity=0)"
    )
    environment = {**os.environ, "HANSA_NODE": str(directory), "DJANGO_SETTINGS_MODULE": "hansa.node.settings"}
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=environment, check=True, timeout=60)


def furnish(directory: Path, given: dict[str, Any]) -> "subprocess.Popen[str]":
    """Put people, partners, memoranda and data into a node."""
    environment = {**os.environ, "HANSA_NODE": str(directory), "DJANGO_SETTINGS_MODULE": "hansa.node.settings"}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", FURNISH], env=environment, stdin=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(given))
    process.stdin.close()
    return process


def signing_key(directory: Path) -> SigningKey:
    """Return the signing key of a node."""
    return SigningKey.from_pem((directory / "keys" / "signing.pem").read_bytes())


def identity(directory: Path, institution: str) -> Identity:
    """Return the public keys of a node."""
    sealing = SealingKey.from_pem((directory / "keys" / "sealing.pem").read_bytes())
    return Identity(id=institution, signing=signing_key(directory).public, sealing=sealing.public)


def clause(number: str, **changes: Any) -> dict[str, Any]:
    """Return a clause under which studies may run."""
    limits = {**LIMITS, **changes.pop("limits", {})}
    whole = {
        "id": number,
        "area": "studies",
        "title": WORDS,
        "text": WORDS,
        "parties": "all",
        "permits": PERMITS,
        "purposes": [PURPOSE],
        "limits": limits,
        "person": [],
    }
    return {**whole, **changes}


def memorandum(identities: dict[str, Identity], *, clauses: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """Return the document of a memorandum between nodes."""
    return {
        "hansa": "agreement/1",
        "id": "urn:hansa:agreement:01234567-89ab-4def-8123-456789abcdef",
        "version": 1,
        "previous": None,
        "title": WORDS,
        "preamble": WORDS,
        "parties": [party_of(one, NAMES[institution], ["Ada"]) for institution, one in identities.items()],
        "valid": {"from": "2026-01-01", "until": None, "notice_days": 90},
        "clauses": clauses,
        **changes,
    }


def in_force(document: dict[str, Any], keys: dict[str, SigningKey]) -> dict[str, Any]:
    """Return a memorandum signed by all, as a node keeps it."""
    at = datetime.now(UTC) - timedelta(days=1)
    signatures = {
        institution: documents.sign(document, key=key, party=institution, name="Ada", office="Chief executive", at=at)
        for institution, key in keys.items()
    }
    return {"document": document, "hash": digest(document), "signatures": signatures}


@contextlib.contextmanager
def opened(made: Path, root: Path, *, ports: dict[str, int], forge: Forge, settings: str = "") -> Iterator[Alliance]:
    """Copy the prepared nodes, start them, and end them all whatever happens."""
    for place in range(len(ports)):
        shutil.copytree(made / str(place), root / str(place))
    alliance = Alliance(root, ports=ports, forge=forge)
    try:
        alliance.start(settings=settings)
        yield alliance
    finally:
        alliance.end()
