import json
from copy import deepcopy

import pytest

from hansa.lib.document import check, check_structure, read
from hansa.lib.errors import InvalidError
from tests.lib.example_agreement import CHARITE, DOCUMENT, STRANGER, VOCABULARIES, document, texts


def changed(path, value):
    """Return the example with one place set, or removed if the value is ..."""
    result = document()
    *way, last = path
    place = result
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return result


def refusal(of):
    with pytest.raises(InvalidError) as caught:
        check(of, vocabularies=VOCABULARIES)
    assert caught.value.remedy
    return caught.value.message


def test_check_accepts_the_example_and_leaves_it_alone():
    of = document()

    check(of, vocabularies=VOCABULARIES)

    assert of == DOCUMENT


def test_read_takes_text_that_has_one_meaning():
    text = json.dumps(DOCUMENT)

    assert read(text, vocabularies=VOCABULARIES) == DOCUMENT
    with pytest.raises(InvalidError, match="the same key twice"):
        read(text[:-1] + ', "version": 1}', vocabularies=VOCABULARIES)


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (["hansa"], "agreement/2", "hansa"),
        (["annex"], {}, "annex"),
        (["preamble"], ..., "preamble"),
        (["id"], "urn:hansa:agreement:1", "id"),
        (["version"], 1.0, "version"),
        (["version"], 0, "version"),
        (["version"], 2, "previous"),
        (["previous"], "sha256:" + "0" * 64, "previous"),
        (["title"], {"de": "Titel"}, "title.en"),
        (["title", "fr"], "Titre", "title.fr"),
        (["title", "en"], "", "title.en"),
        (["title", "en"], "x" * 301, "title.en"),
        (["title"], {"en": "Title"}, "preamble.de"),
        (["preamble", "sv"], ..., "preamble.sv"),
        (["parties"], DOCUMENT["parties"][:1], "parties"),
        (["parties"], [*DOCUMENT["parties"], DOCUMENT["parties"][0]], "parties[3]"),
        (["parties", 0, "id"], "https://ror.org/U01w7jn25", "parties[0].id"),
        (["parties", 0, "name"], 7, "parties[0].name"),
        (["parties", 0, "country"], "Germany", "parties[0].country"),
        (["parties", 0, "signing_key"], "AAAA", "parties[0].signing_key"),
        (["parties", 0, "signing_key"], None, "parties[0].signing_key"),
        (["parties", 0, "sealing_key"], "*" * 43, "parties[0].sealing_key"),
        (["parties", 1, "signing_key"], DOCUMENT["parties"][0]["signing_key"], "parties[1]"),
        (["parties", 2, "sealing_key"], DOCUMENT["parties"][0]["sealing_key"], "parties[2]"),
        (["parties", 0, "address"], "https://example.org", "parties[0].address"),
        (["parties", 0, "signatories"], [], "parties[0].signatories"),
        (["parties", 0, "signatories", 0, "office"], ..., "parties[0].signatories[0].office"),
        (["parties", 0, "signatories", 0, "name"], "A\u202eB", "parties[0].signatories[0].name"),
        (["valid", "from"], "2026-02-30", "valid.from"),
        (["valid", "until"], "2025-12-31", "valid.until"),
        (["valid", "until"], ..., "valid.until"),
        (["valid", "notice_days"], -1, "valid.notice_days"),
        (["clauses"], [], "clauses"),
        (["clauses"], {}, "clauses"),
        (["clauses", 1, "id"], "§ 4", "clauses[1].id"),
        (["clauses", 1, "id"], "4.2", "clauses[2]"),
        (["clauses", 1, "area"], "Studies", "clauses[1].area"),
        (["clauses", 1, "area"], "trials", "clauses[1].permits"),
        (["clauses", 1, "title"], {"en": "Title"}, "clauses[1].title.de"),
        (["clauses", 1, "text", "sv"], " ", "clauses[1].text.sv"),
        (["clauses", 1, "forbids"], [], "clauses[1].forbids"),
        (["clauses", 1, "person"], ..., "clauses[1].person"),
        (["clauses", 1, "parties"], [STRANGER], "clauses[1].parties[0]"),
        (["clauses", 1, "parties"], [CHARITE, CHARITE], "clauses[1].parties[1]"),
        (["clauses", 1, "parties"], "everybody", "clauses[1].parties"),
        (["clauses", 1, "limits", "minimum_cell"], 0, "clauses[1].limits.minimum_cell"),
        (["clauses", 1, "limits", "host"], "https://ror.org/05f950310", "clauses[1].limits.host"),
    ],
)
def test_check_names_the_place_of_a_fault(path, value, place):
    assert refusal(changed(path, value)).startswith(f"{place}: ")


def test_check_accepts_an_agreement_without_end():
    check(changed(["valid", "until"], None), vocabularies=VOCABULARIES)


def test_check_accepts_a_later_version():
    check(document(version=2, previous="sha256:" + "0" * 64), vocabularies=VOCABULARIES)


def test_check_accepts_one_language():
    of = deepcopy(DOCUMENT)
    for holder, key in [(of, "title"), (of, "preamble"), *((c, k) for c in of["clauses"] for k in ("title", "text"))]:
        holder[key] = {"en": holder[key]["en"]}

    check(of, vocabularies=VOCABULARIES)


def test_check_structure_refuses_what_is_no_object():
    with pytest.raises(InvalidError, match="must be an object"):
        check_structure([texts("Title")])
