import pytest

from hansa.cli.demo import story
from hansa.cli.demo.stage import Stage
from hansa.client import Record
from hansa.lib.errors import HansaError, RefusedError


class Shelf:
    """Records that are there already."""

    def __init__(self, *rows: Record) -> None:
        self.rows = rows

    def list(self) -> tuple[Record, ...]:
        return self.rows

    def get(self, key: str) -> Record:
        return next(row for row in self.rows if row["id"] == key)


def test_until_looks_until_there_is_something(monkeypatch):
    monkeypatch.setattr(story, "EVERY", 0)
    seen = iter([None, None, "it"])

    assert story.until(lambda: next(seen), "something") == "it"


def test_until_gives_up_and_says_for_what_it_waited(monkeypatch):
    monkeypatch.setattr(story, "PATIENCE", 0)
    monkeypatch.setattr(story, "EVERY", 0)

    with pytest.raises(HansaError, match="seconds for the memorandum"):
        story.until(lambda: None, "the memorandum")


def test_is_released_waits_and_then_sees_the_end():
    shelf = Shelf(
        Record(id="1", state="running", state_in_words="running"),
        Record(id="2", state="released", state_in_words="released"),
    )
    stage = Stage(quiet=True)

    assert not story.is_released(shelf, "1", stage=stage)
    assert story.is_released(shelf, "2", stage=stage)


def test_is_released_says_why_it_will_never_be():
    shelf = Shelf(Record(id="1", state="failed", state_in_words="stopped", trouble="Round 2 ended."))

    with pytest.raises(RefusedError, match="Round 2 ended"):
        story.is_released(shelf, "1", stage=Stage(quiet=True))


def test_present_finds_what_has_arrived():
    shelf = Shelf(Record(id="1"))

    assert story.present(shelf, "1") == {"id": "1"}
    assert story.present(shelf, "2") is None
