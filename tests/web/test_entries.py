import pytest
from django.utils import translation

from hansa.web import entries

BERLIN = "https://ror.org/001w7jn25"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"action": "studies.approve"}, "Approve the study at this institution."),
        ({"action": "people.begin"}, "The first administrator"),
        ({"receipt": "1", "from": BERLIN, "outcome": "applied"}, "Receipt from Charité: applied"),
        ({"receipt": "1", "from": "x", "outcome": "?"}, "Receipt from x: "),
        ({"letter": "1", "from": BERLIN, "kind": "studies.round"}, "Letter from Charité: Next round of a study"),
        ({"job": "studies.combine"}, "The node's own work: Adding the contributions"),
        ({"alarm": BERLIN}, "Alarm about the ledger of Charité"),
        ({"restored": 12, "seen": {}, "loss": True}, "The node was restored from a copy of 12 entries"),
        ({}, "Change"),
    ],
)
def test_cause_says_who_or_what_did_it(body, words):
    with translation.override("en"):
        assert entries.cause(body, {BERLIN: "Charité"}) == words


@pytest.mark.parametrize(
    ("urn", "state", "words"),
    [
        ("urn:hansa:studies:1", "released", "released"),
        ("urn:hansa:studies:1", "", "new"),
        ("urn:hansa:studies:1", "unheard_of", "unheard_of"),
        ("urn:hansa:ships:1", "afloat", "afloat"),
        ("nonsense", "afloat", "afloat"),
    ],
)
def test_state_words_never_fail(urn, state, words):
    with translation.override("en"):
        assert entries.state_words(urn, state) == words


def test_name_of_gives_the_kind_and_the_beginning_of_the_key():
    with translation.override("en"):
        assert entries.name_of("urn:hansa:studies:12345678-9abc") == "Joint studies 12345678"
        assert entries.name_of("nonsense") == "nonsense"
