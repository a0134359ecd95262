"""The pages of the profile and of mails to groups."""

import pytest

from hansa.areas.exchange import rules
from hansa.areas.exchange.models import Mailing, Profile
from hansa.areas.exchange.views import describing
from tests.areas.exchange.applying import opened
from tests.areas.exchange.scene import Scene


def test_profile_shows_what_is_told_in_groups(scene: Scene) -> None:
    record = Profile(name="Charité", city="Berlin", units="med = Medicine\n\n", requirements="Insurance = Needed")

    shown = describing.profile(record, scene[rules.OFFICER])

    assert [(group["name"], [value for _name, value in group["facts"]]) for group in shown["groups"]] == [
        ("who", ["Charité", "Berlin"]),
        ("contact", []),
        ("calendar", []),
        ("pages", []),
    ]
    assert (shown["units"], shown["asked"]) == ([("med", "Medicine")], [("Insurance", "Needed")])


def test_mail_says_whom_it_went_to_without_names(scene: Scene) -> None:
    call = opened(scene)
    chosen = {"call": str(call.pk), "states": ["submitted", "taken"], "kind": "", "year": "2026/2027"}

    shown = describing.mailing(Mailing(selection=chosen), scene[rules.OFFICER])["chosen"]

    assert [(one["name"], one["words"]) for one in shown] == [
        ("Applicants of the call", "A term abroad"),
        ("States", "submitted, taken"),
        ("Academic year", "2026/2027"),
    ]
    assert shown[0]["url"] == f"/calls/{call.pk}/"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("kind", "doctoral", "doctoral stay"),
        ("partner", "hei:uu.se", "uu.se"),
        ("direction", "outgoing", "sent"),
        ("direction", "incoming", "received"),
        ("call", "gone", "gone"),
        ("other", "thing", "thing"),
    ],
)
def test_selection_is_told_in_words(db: None, name: str, value: str, words: str) -> None:
    assert describing.told(name, value)["words"] == words
