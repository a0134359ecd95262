import csv
import xml.etree.ElementTree as ET

import pytest

from hansa.lib.duo import CODES, covers, look_up
from hansa.lib.errors import InvalidError
from tests.conformance import conformance

WIDER = "{http://www.w3.org/2000/01/rdf-schema#}subClassOf"
RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def test_codes_are_those_of_the_ontology():
    with (conformance("duo") / "duo.csv").open(encoding="utf-8") as file:
        published = {row["id"]: row["shorthand"] for row in csv.DictReader(file)}

    assert {code.id: code.shorthand for code in CODES.values()} == published
    assert len(published) == 25


def test_covering_goes_no_further_than_the_ontology():
    tree = ET.parse(conformance("duo") / "duo-basic.owl")
    parents = {
        named.get(ABOUT, "").rpartition("/")[2].replace("_", ":"): [
            parent.get(RESOURCE, "").rpartition("/")[2].replace("_", ":") for parent in named.findall(WIDER)
        ]
        for named in tree.getroot()
        if named.get(ABOUT)
    }
    no_restriction = "DUO:0000004"

    def ancestors(code):
        return {code}.union(*(ancestors(parent) for parent in parents.get(code, [])))

    for code in CODES.values():
        if code.sort != "heading":
            assert code.covered_by - {no_restriction} <= ancestors(code.id), code


@pytest.mark.parametrize(
    ("granted", "asked", "expected"),
    [
        ("DUO:0000042", "DUO:0000007", True),
        ("DUO:0000042", "DUO:0000006", True),
        ("DUO:0000006", "DUO:0000007", True),
        ("DUO:0000004", "DUO:0000011", True),
        ("DUO:0000007", "DUO:0000007", True),
        ("DUO:0000018", "DUO:0000046", True),
        ("DUO:0000007", "DUO:0000006", False),
        ("DUO:0000042", "DUO:0000011", False),
        ("DUO:0000006", "DUO:0000011", False),
        ("DUO:0000004", "DUO:0000043", False),
        ("DUO:0000046", "DUO:0000018", False),
        ("DUO:0000001", "DUO:0000001", False),
        ("DUO:0000042", "DUO:9999999", False),
        ("DUO:9999999", "DUO:9999999", False),
    ],
)
def test_covers_follows_the_ontology_and_nothing_else(granted, asked, expected):
    assert covers(granted, asked) is expected


def test_look_up_finds_a_code():
    assert look_up("DUO:0000007", place="purposes[0]").name == "research on a named disease"


@pytest.mark.parametrize(
    ("code", "what"), [("DUO:0000099", "not a code"), ("GRU", "not a code"), ("DUO:0000001", "heading")]
)
def test_look_up_refuses_what_names_no_purpose(code, what):
    with pytest.raises(InvalidError, match=what) as caught:
        look_up(code, place="clauses[3].purposes[0]")

    assert caught.value.message.startswith("clauses[3].purposes[0]: ")
