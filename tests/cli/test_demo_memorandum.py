import json
from importlib.resources import files

import pytest

from hansa.areas.exchange.rules import VOCABULARY as EXCHANGE
from hansa.areas.studies.rules import VOCABULARY as STUDIES
from hansa.lib.document import check
from hansa.lib.keys import SealingKey, SigningKey
from hansa.lib.wording import LANGUAGES, page

MEMORANDUM = json.loads((files("hansa.cli") / "demo" / "memorandum.json").read_text(encoding="utf-8"))
# What kind of stay, which cycle and field a clause is about stands in its title and first sentence.
IN_OTHER_WORDS = {"release", "counting", "kind", "cycle", "field"}
AREAS = {
    "studies",
    "trials",
    "evaluations",
    "exchange",
    "consultations",
    "knowledge",
    "workforce",
    "alliances",
    "indicators",
    "general",
}


@pytest.fixture
def memorandum():
    """Return the demo's memorandum with keys filled in, as the demo does when it starts."""
    parties = [
        {**one, "signing_key": SigningKey.generate().public.text, "sealing_key": SealingKey.generate().public.text}
        for one in MEMORANDUM["parties"]
    ]
    return {**MEMORANDUM, "parties": parties}


def test_memorandum_is_an_agreement_once_the_keys_are_in(memorandum):
    check(memorandum, vocabularies={"studies": STUDIES, "exchange": EXCHANGE})


def test_memorandum_names_the_three_institutions():
    assert {one["id"]: one["name"] for one in MEMORANDUM["parties"]} == {
        "https://ror.org/001w7jn25": "Charité – Universitätsmedizin Berlin",
        "https://ror.org/056d84691": "Karolinska Institutet",
        "https://ror.org/00m8d6786": "Karolinska University Hospital",
    }


def test_memorandum_covers_every_area_and_those_built_carry_terms():
    assert {one["area"] for one in MEMORANDUM["clauses"]} == AREAS
    assert {one["area"] for one in MEMORANDUM["clauses"] if one["permits"]} == {"studies", "exchange"}


def test_memorandum_says_in_words_what_its_terms_say(memorandum):
    numbers = {
        "en": {
            3: "three",
            4: "four",
            5: "five",
            6: "six",
            10: "ten",
            20: "twenty",
            30: "thirty",
            90: "ninety",
            120: "one hundred and twenty",
            "B2": "B2",
            "en": "English",
        },
        "de": {
            3: "drei",
            4: "vier",
            5: "fünf",
            6: "sechs",
            10: "zehn",
            20: "zwanzig",
            30: "dreißig",
            90: "neunzig",
            120: "hundertzwanzig",
            "B2": "B2",
            "en": "Englisch",
        },
        "sv": {
            3: "tre",
            4: "fyra",
            5: "fem",
            6: "sex",
            10: "tio",
            20: "tjugo",
            30: "trettio",
            90: "nittio",
            120: "hundratjugo",
            "B2": "B2",
            "en": "engelska",
        },
    }

    for one in memorandum["clauses"]:
        limits = {name: bound for name, bound in one["limits"].items() if name not in IN_OTHER_WORDS}
        if one["id"] == "4.2":
            limits.pop("minimum_sites")  # The text leaves the number of hospitals to clause 4.1.
        for language in LANGUAGES:
            for bound in limits.values():
                assert numbers[language][bound] in one["text"][language], (one["id"], language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_memorandum_reads_in_every_language(memorandum, language):
    read = page(memorandum, language=language, vocabularies={})

    assert len(read.clauses) == 17
    assert len({one.title for one in read.clauses}) == 17
