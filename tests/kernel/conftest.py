"""What the tests of letters share: a partner on paper that is known, and a kind of letter made for tests."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from hansa.kernel import door, identity
from hansa.kernel.change import change
from hansa.kernel.identity import own
from hansa.kernel.letters import KINDS, letter, refused, send
from hansa.kernel.models import Agreement, Partner, PartyDecision, Verdict
from hansa.kernel.models import Letter as LetterRow
from hansa.lib.decision import Request
from hansa.lib.errors import RefusedError
from hansa.lib.letters import Letter, Receipt
from tests.conftest import given
from tests.paper import STOCKHOLM, PaperPartner, in_force, memorandum

RECORD = "urn:hansa:studies:01234567-89ab-4def-8123-456789abcdef"
NOTED, PERMITTED = "tests.noted", "tests.permitted"


@dataclass
class Scene:
    """A node under test and a partner on paper."""

    paper: PaperPartner

    @property
    def row(self) -> Partner:
        """Return the partner as the node keeps it."""
        return Partner.objects.get(institution=self.paper.id)

    def note(self, text: str = "hello", **changes: Any) -> Letter:
        """Write a letter whose effect is one row."""
        return self.paper.write(changes.pop("kind", NOTED), record=RECORD, body={"text": text}, **changes)

    def hand_in(self, envelope: Any) -> dict[str, Any]:
        """Bring an envelope to the node's door and open what it answers."""
        return self.paper.open(door.hand_in(envelope))

    def say(self, letter: Letter, **content: Any) -> Receipt:
        """Bring a letter to the node's door and return the receipt."""
        answer = self.hand_in(self.paper.seal_letter(letter, **content))
        return Receipt.read(answer["receipt"], key=own().signing.public)

    def send(self, kind: str = NOTED, **options: Any) -> LetterRow:
        """Let the node write a letter to the partner."""
        with change({"test": "send"}):
            return send(self.paper.id, kind, record=RECORD, body={"text": "from us"}, **options)

    def effects(self) -> list[str]:
        """Return what letters made for tests did."""
        return list(
            PartyDecision.objects.filter(record__startswith=RECORD).order_by("id").values_list("reason", flat=True)
        )


def effect(text: str, *, party: str = STOCKHOLM) -> None:
    """Do what a letter or a job made for tests does: leave one row."""
    record = f"{RECORD} {PartyDecision.objects.count()}"
    PartyDecision(record=record, party=party, verdict=Verdict.APPROVED, reason=text, at=timezone.now()).save()


@pytest.fixture
def kinds() -> Iterator[dict[str, Any]]:
    """Register kinds of letters made for tests; ``refused`` holds what partners refused."""
    before = dict(KINDS)
    heard: dict[str, Any] = {"refused": []}

    @letter(NOTED, because="A test.")
    def noted(said: Letter, partner: Partner) -> None:
        """Leave one row, then do what the letter asks for."""
        effect(str(said.body["text"]))
        if said.body["text"] == "no":
            raise RefusedError("We do not want this.", "Write something else.")
        if said.body["text"] == "break":
            raise KeyError("a name of a person")

    letter(PERMITTED, permit="studies.propose")(noted)
    refused(NOTED)(heard["refused"].append)
    yield heard
    KINDS.clear()
    KINDS.update(before)


@pytest.fixture
def scene(request: pytest.FixtureRequest, kinds: dict[str, Any]) -> Scene:
    """Return a node that knows a partner on paper."""
    request.getfixturevalue("transactional_db" if marked(request) else "db")
    paper = PaperPartner()
    with given():
        paper.row()
    return Scene(paper)


def marked(request: pytest.FixtureRequest) -> bool:
    """Tell whether a test asks for transactions that end."""
    marker = request.node.get_closest_marker("django_db")
    return marker is not None and bool(marker.kwargs.get("transaction"))


@pytest.fixture
def house(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Let the node live in a directory of its own, so that its keys may change."""
    directory = tmp_path / "node"
    shutil.copytree(settings.HANSA_NODE, directory)
    settings.HANSA_NODE = directory
    yield directory
    identity.forget()


@pytest.fixture
def bound(scene: Scene) -> Callable[..., tuple[Agreement, Request]]:
    """Put a memorandum in force and return it with a request under its clause by the partner."""

    def bind(**changes: Any) -> tuple[Agreement, Request]:
        with given():
            agreement = in_force(memorandum(scene.paper, **changes), scene.paper)
        request = Request(
            party=scene.paper.id,
            parties=(own().id, scene.paper.id),
            area="studies",
            action="studies.propose",
            clause="4.1",
            agreement=agreement.hash,
            purposes=("DUO:0000042",),
            limits={"minimum_cell": 5, "minimum_sites": 2, "time_grid_days": 1, "release": "automatic"},
            by_person=True,
        )
        return agreement, request

    return bind
