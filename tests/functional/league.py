"""Two real nodes as members of a closed league of Erasmus Without Paper; the first is its registry."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hansa.lib.ewp.terms import year_of, years_later
from hansa.node.initialise import prepare
from tests.functional.nodes import BERLIN, NAMES, STOCKHOLM, Forge, LiveNode, free_port, migrate
from tests.patience import until

HEIS = {BERLIN: "charite.example", STOCKHOLM: "ki.example"}
IIAS = {BERLIN: "11111111-1111-4111-8111-111111111111", STOCKHOLM: "22222222-2222-4222-8222-222222222222"}
ROLES = ("officer", "department", "participant")
TODAY = datetime.now(UTC).date()
YEAR = year_of(TODAY)

FURNISH = """
import json, os
import django
django.setup()
from django.utils import timezone
from hansa.areas.exchange.models import Iia, Profile
from hansa.kernel.areas import all_areas
from hansa.kernel.frame import Change, under_way
from hansa.kernel.models import ApiToken, Person
from hansa.kernel.people import permissions_of
from hansa.kernel.sessions import digest
all_areas()
given = json.loads(os.environ["GIVEN"])
token = under_way.set(Change({}))
for role in given["roles"]:
    person = Person(username=role, name=role.title(), roles=[role], state="active")
    person.save()
    ApiToken(person=person, name="test", digest=digest("hansa_" + role), scopes=sorted(permissions_of(person)),
             expires=timezone.now() + timezone.timedelta(days=1), state="valid").save()
Iia(state="in_force", approved_here="0" * 64, approved_there="1" * 64, **given["iia"]).save()
Profile(state="published", **given["profile"]).save()
under_way.reset(token)
"""
#: Owe a message from outside the process that serves, as a job would.
OWE = """
from hansa.areas.exchange import post
from hansa.kernel.areas import all_areas
from hansa.kernel.change import change
all_areas()
with change({{"request": "test"}}):
    for kind, subject in {owed!r}:
        post.owe(kind, {partner!r}, subject=subject)
told = True
"""
#: Nominate without a word to the partner: the notification is lost.
SILENTLY = """
from datetime import date
from hansa.areas.exchange import actions, post
from hansa.areas.exchange.models import Mobility
from hansa.kernel.areas import all_areas
from hansa.kernel.models import Person
all_areas()
post.owe = lambda *given, **more: None
about = {about!r}
for name in ("birth_date", "starts", "ends"):
    about[name] = date.fromisoformat(about[name])
officer = Person.objects.get(username="officer")
told = actions.mobilities.nominate_person(Mobility(), by=officer, **about).urn
"""


def profile(institution: str) -> dict[str, str]:
    """Return what an institution tells of itself."""
    hei = HEIS[institution]
    return {
        "name": NAMES[institution],
        "street": "Street 1",
        "city": "City",
        "country": "DE",
        "website": f"https://www.{hei}",
        "email": f"office@{hei}",
        "phone": "+4930450",
        "contact_given_names": "Olga",
        "contact_family_name": "Office",
        "contact_position": "Coordinator",
    }


def condition(sending: str, receiving: str) -> dict[str, Any]:
    """Return one condition of the agreement, in one direction."""
    return {
        "kind": "student-studies",
        "sending": HEIS[sending],
        "receiving": HEIS[receiving],
        "first_year": YEAR,
        "last_year": years_later(YEAR, 2),
        "places": 20,
        "fields": ["0912"],
        "levels": [7],
    }


class League:
    """Berlin, which is the registry as well, and Stockholm."""

    def __init__(self, root: Path, *, forge: Forge) -> None:
        self.ports = {institution: free_port() for institution in HEIS}
        self.berlin, self.stockholm = (
            LiveNode(root / HEIS[institution], institution=institution, port=port, forge=forge)
            for institution, port in self.ports.items()
        )
        self.nodes = (self.berlin, self.stockholm)

    def make(self) -> None:
        """Make both nodes, join the league, and start them."""
        for node in self.nodes:
            self.prepare(node)
        migrate(self.berlin.directory)
        shutil.copy(self.berlin.directory / "hansa.sqlite3", self.stockholm.directory / "hansa.sqlite3")
        for node in self.nodes:
            self.furnish(node)
            assert "This node speaks for" in self.command(node, "network", "join")
            node.start()
        until(lambda: all(node.answers() for node in self.nodes), what="the nodes to answer")
        for node in self.nodes:
            assert "names 2 institutions" in self.command(node, "network", "refresh")

    def prepare(self, node: LiveNode) -> None:
        """Write keys and description of a node that is a member."""
        address = f"http://127.0.0.1:{node.port}"
        prepare(
            node.directory,
            institution=node.institution,
            name=node.name,
            address=address,
            listen=f"127.0.0.1:{node.port}",
        )
        berlin, stockholm = (f"http://127.0.0.1:{port}/ewp" for port in self.ports.values())
        registry = "own" if node.institution == BERLIN else f"{berlin}/registry/catalogue-v1.xml"
        lines = ["[exchange]", f'hei = "{HEIS[node.institution]}"', f'registry = "{registry}"']
        lines += [f'league = ["{stockholm}/discovery/v6"]'] if node.institution == BERLIN else []
        with (node.directory / "node.toml").open("a", encoding="utf-8") as file:
            file.write("\n".join([*lines, ""]))

    def furnish(self, node: LiveNode) -> None:
        """Put people, a profile and an agreement that both approved into a node."""
        other = STOCKHOLM if node.institution == BERLIN else BERLIN
        iia = {
            "id": IIAS[node.institution],
            "foreign_id": IIAS[other],
            "partner": HEIS[other],
            "title": "Agreement",
            "conditions": [condition(BERLIN, STOCKHOLM), condition(STOCKHOLM, BERLIN)],
        }
        given = {"roles": ROLES, "iia": iia, "profile": profile(node.institution)}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", FURNISH],
            env={**node.environment, "GIVEN": json.dumps(given)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def command(self, node: LiveNode, *words: str) -> str:
        """Run a command of Hansa for a node and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "hansa.cli", "--node", str(node.directory), *words],
            env=dict(os.environ),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def end(self) -> None:
        """End both nodes."""
        for node in self.nodes:
            node.kill()
            node.line.close()

    def about(self, number: int) -> dict[str, Any]:
        """Return whom Berlin nominates, for when."""
        return {
            "place": f"hei:{HEIS[STOCKHOLM]} iia:{IIAS[BERLIN]} 1",
            "given_names": "Anna",
            "family_name": f"Muster{number}",
            "birth_date": "2003-04-05",
            "nationality": "DE",
            "gender": "female",
            "email": "anna@charite.example",
            "esi": f"urn:schac:personalUniqueCode:int:esi:charite.example:{number}",
            "cycle": "master",
            "field": 912,
            "language": "en",
            "language_level": "B2",
            "starts": str(TODAY - timedelta(days=40)),
            "ends": str(TODAY + timedelta(days=40)),
            "participant": "participant",
        }

    def nominate(self, number: int) -> str:
        """Let Berlin nominate somebody; return the stay's URN there."""
        return str(self.berlin.act("officer", "mobilities.nominate_person", **self.about(number))["id"])

    def nominate_silently(self, number: int) -> str:
        """Let Berlin nominate somebody while the notification is lost; return the stay's URN there."""
        return str(self.berlin.run(SILENTLY.format(about=self.about(number))))

    def owe(self, node: LiveNode, *owed: tuple[str, str]) -> None:
        """Let a node owe messages to the other."""
        other = STOCKHOLM if node.institution == BERLIN else BERLIN
        node.run(OWE.format(owed=list(owed), partner=HEIS[other]))

    def here(self, urn: str, *, column: str = "state") -> Any:
        """Return what Berlin has of one of its stays."""
        rows = self.berlin.rows(f"select {column} from exchange_mobility where id = ?", plain(urn))
        return rows[0][0] if rows else None

    def there(self, urn: str, *, column: str = "state") -> Any:
        """Return what Stockholm has of a stay of Berlin's."""
        rows = self.stockholm.rows(f"select {column} from exchange_mobility where foreign_id = ?", foreign(urn))
        return rows[0][0] if rows else None

    def wait(self, tells: Any, *, what: str) -> None:
        """Wait until something holds, or show what both nodes wait for."""
        try:
            until(tells, what=what)
        except AssertionError as late:
            raise AssertionError([what, *(self.story(node) for node in self.nodes)]) from late

    def story(self, node: LiveNode) -> list[Any]:
        """Return what a node waits for, for the message of a test that failed."""
        return [
            node.name,
            node.rows("select kind, subject, state, trouble, remedy from exchange_message"),
            node.rows("select kind, state, waits_for, trouble from kernel_job where state != 'done'"),
            node.rows("select foreign_id, state, comment from exchange_mobility"),
            node.log.read_text(encoding="utf-8")[-1500:],
        ]


def plain(urn: str) -> str:
    """Return the id in a record's name as SQLite keeps it."""
    return foreign(urn).replace("-", "")


def foreign(urn: str) -> str:
    """Return the id in a record's name as the network carries it."""
    return urn.rpartition(":")[2]
