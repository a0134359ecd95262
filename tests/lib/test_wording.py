import pytest

from hansa.areas.studies.rules import VOCABULARY
from hansa.lib.canonical import digest
from hansa.lib.duo import CODES
from hansa.lib.errors import InvalidError
from hansa.lib.terms import Words
from hansa.lib.wording import LANGUAGES, PHRASES, PURPOSES, page, terms_in_words
from tests.lib.example_agreement import CHARITE, HOSPITAL, clause, document, texts

CLAUSE = clause(
    "4.1",
    permits=["studies.propose", "studies.approve"],
    purposes=["DUO:0000046", "DUO:0000006"],
    limits={"release": "steward", "minimum_cell": 10, "minimum_sites": 3, "time_grid_days": 30},
    person=["studies.approve"],
)


def test_terms_in_words_says_every_term_in_english():
    assert terms_in_words(CLAUSE, language="en", words=VOCABULARY.words) == (
        "Permitted: propose a study; approve a study.",
        "For: health, medical or biomedical research (DUO:0000006).",
        "On condition: no commercial use (DUO:0000046).",
        "At least 10 people stand behind every number that is released.",
        "At least 3 institutions contribute.",
        "A steward at each institution looks at every result before it is released.",
        "Points in time are given no finer than 30 days.",
        "A person decides each time: approve a study.",
    )


@pytest.mark.parametrize(
    ("language", "first", "last"),
    [
        ("de", "Erlaubt: eine Studie vorschlagen; einer Studie zustimmen.", "einer Studie zustimmen."),
        ("sv", "Tillåtet: föreslå en studie; godkänna en studie.", "godkänna en studie."),
    ],
)
def test_terms_in_words_speaks_other_languages(language, first, last):
    said = terms_in_words(CLAUSE, language=language, words=VOCABULARY.words)

    assert len(said) == 8
    assert said[0] == first
    assert said[-1].endswith(last)


def test_terms_in_words_shows_what_no_dictionary_knows():
    one = clause("9", permits=["trials.enrol"], purposes=["DUO:0000099"], limits={"places": 3, "release": "nobody"})

    assert terms_in_words(one, language="en", words=VOCABULARY.words) == (
        "Permitted: trials.enrol.",
        "For: DUO:0000099 (DUO:0000099).",
        "Limit places: 3.",
        "Limit release: nobody.",
    )


def test_terms_in_words_has_none_for_text_only():
    assert terms_in_words(clause("1"), language="en") == ()


def test_terms_in_words_does_not_depend_on_the_order_of_limits():
    turned = {**CLAUSE, "limits": dict(reversed(CLAUSE["limits"].items()))}

    assert terms_in_words(turned, language="en", words=VOCABULARY.words) == terms_in_words(
        CLAUSE, language="en", words=VOCABULARY.words
    )


def test_terms_in_words_calls_an_institution_by_its_name():
    one = clause("9", limits={"host": CHARITE})
    words = {"en": Words(limits={"host": "They come from {}."})}

    assert terms_in_words(one, language="en", words=words, names={CHARITE: "Charité"}) == ("They come from Charité.",)
    assert terms_in_words(one, language="en", words=words) == (f"They come from {CHARITE}.",)


def test_dictionary_says_the_same_in_every_language():
    keys = [list(PHRASES[language]) for language in LANGUAGES]
    gaps = [[sentence.count("{}") for sentence in PHRASES[language].values()] for language in LANGUAGES]

    assert keys[0] == keys[1] == keys[2]
    assert gaps[0] == gaps[1] == gaps[2]


def test_purposes_have_a_name_in_every_language():
    usable = {code.id for code in CODES.values() if code.sort != "heading"}

    assert set(PURPOSES["de"]) == set(PURPOSES["sv"]) == usable <= set(PURPOSES["en"])


def test_page_reads_an_agreement():
    of = document(
        preamble=texts("One.\n\nTwo."),
        clauses=[clause("1", area="alliances"), {**CLAUSE, "parties": [CHARITE, HOSPITAL]}],
    )

    read = page(of, language="en", vocabularies={"studies": VOCABULARY})

    assert (read.title, read.version, read.hash) == ("Memorandum", "Version 1", digest(of))
    assert read.valid == "Valid from 2026-01-01, until 2030-12-31; ended by any party with 180 days' notice."
    assert read.preamble == ("One.", "Two.")
    assert read.parties[0] == f"Charité – Universitätsmedizin Berlin (DE, {CHARITE})"
    assert [one.id for one in read.clauses] == ["1", "4.1"]
    assert (read.clauses[0].parties, read.clauses[0].terms) == ("All parties", ())
    assert read.clauses[1].parties == "Charité – Universitätsmedizin Berlin, Karolinska University Hospital"
    assert read.clauses[1].terms == terms_in_words(CLAUSE, language="en", words=VOCABULARY.words)
    assert read.clauses[1].text == ("Text of 4.1",)


def test_page_says_when_there_is_no_end():
    of = document(valid={"from": "2026-01-01", "until": None, "notice_days": 30})

    assert page(of, language="de", vocabularies={"studies": VOCABULARY}).valid == (
        "Gültig ab 2026-01-01, ohne festes Ende; von jeder Partei mit einer Frist von 30 Tagen kündbar."
    )


def test_page_refuses_a_language_that_is_not_there():
    with pytest.raises(InvalidError, match="not spoken here"):
        page(document(), language="fr", vocabularies={"studies": VOCABULARY})
    with pytest.raises(InvalidError, match=r"not written in this language\. Ask for one of en\."):
        page(document(title={"en": "Memorandum"}), language="sv", vocabularies={"studies": VOCABULARY})
