"""One hospital of the demo, as a process: make the node and its people, then serve it.

What to make comes in as JSON on standard input; tokens go out as one
line of JSON, then a second line when pages answer. The process ends when its standard input
closes, so that no node outlives the demo, whatever ends that.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from hansa.lib.errors import HansaError
from hansa.node.initialise import initialise


def main() -> None:
    """Make and serve one node."""
    asked = json.loads(sys.stdin.readline())
    try:
        directory = Path(asked["directory"])
        initialise(
            directory, **{name: asked[name] for name in ("institution", "name", "address", "listen", "language")}
        )
        say({"people": people(asked["people"], password=asked["password"])})
        # All three do this at once now; otherwise each would do it at the first request, one after the other.
        load_pages()
        threading.Thread(target=outlive_nobody, daemon=True).start()
        serve()
    except HansaError as fault:
        say({"message": fault.message, "remedy": fault.remedy})
        sys.exit(1)


def load_pages() -> None:
    """Load every page and endpoint before the first is asked for."""
    from django.urls import get_resolver

    get_resolver().check()


def serve() -> None:
    """Serve the node, and say when pages answer."""
    from hansa.node.server import serve as run

    run(lambda address: say({"address": address}))


def people(named: dict[str, str], *, password: str) -> dict[str, dict[str, str]]:
    """Add people, each with the role that is their user name; return their tokens."""
    from hansa.kernel import accounts

    chief = accounts.begin(username="administrator", name=named["administrator"], password=password)
    made: dict[str, Any] = {"administrator": chief}
    for role, name in named.items():
        if role != "administrator":
            made[role] = add(role, name, by=chief, password=password)
    return {role: {"token": token(person)} for role, person in made.items()}


def more_people(named: dict[str, str], *, password: str) -> dict[str, dict[str, str]]:
    """Add people to a node that serves already; return their tokens."""
    from hansa.kernel.models import Person

    chief = Person.objects.get(username="administrator")
    return {role: {"token": token(add(role, name, by=chief, password=password))} for role, name in named.items()}


def add(role: str, name: str, *, by: Any, password: str) -> Any:
    """Add one person with the role that is their user name."""
    from hansa.kernel import accounts
    from hansa.kernel.models import Person

    given: dict[str, Any] = {"username": role, "name": name, "password": password, "roles": [role]}
    return accounts.add(Person(), by=by, **given)


def token(person: Any) -> str:
    """Return a token with which the demo acts for a person."""
    from hansa.kernel import tokens
    from hansa.kernel.models import ApiToken
    from hansa.kernel.people import permissions_of

    made = tokens.create(ApiToken(), by=person, name="Hansa demo", scopes=sorted(permissions_of(person)), days=1)
    return str(made.text)


def say(what: dict[str, Any]) -> None:
    """Tell the demo something, as one line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def outlive_nobody() -> None:
    """Add the people whom the demo names later; end this process at once when the demo is gone."""
    for line in sys.stdin:
        asked = json.loads(line)
        say({"people": more_people(asked["people"], password=asked["password"])})
    os._exit(0)


if __name__ == "__main__":
    main()
