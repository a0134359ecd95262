"""A record becomes an ELMO that the published schema accepts, and nothing personal beyond it."""

import pytest
from lxml import etree

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.elmo import NAMESPACES, Learner, Record, build
from hansa.lib.ewp.elmo_reading import read
from hansa.lib.ewp.xml import parse, write
from tests.lib.ewp.example_record import example, without_days
from tests.lib.ewp.schemas import validate

LEARNER = Learner("Ada", "Muster", "urn:schac:personalUniqueCode:int:esi:charite.de:1")


def record(**changes):
    return Record(example(**changes), LEARNER, {"a-1": b"%PDF-1.7"})


@pytest.mark.parametrize("version", ["2.1.1", "1.6.0"])
def test_build_makes_what_the_published_schema_accepts(version):
    data = write(build(record(), version=version))

    validate(data)


@pytest.mark.parametrize("version", ["2.1.1", "1.6.0"])
def test_build_accepts_a_record_that_says_little(version):
    bare = record(
        scales=[],
        distributions=[],
        attachments=[],
        courses=[{**example()["courses"][0], **dict.fromkeys(("credits", "grade", "date", "field", "level", "scale"))}],
    )

    validate(write(build(Record(bare.document, Learner("Ada", "Muster")), version=version)))


def test_build_comes_back_whole_but_for_the_distributions():
    found = read(parse(write(build(record()))))

    assert found == Record(example(distributions=[]), LEARNER, {"a-1": b"%PDF-1.7"})


def test_build_loses_only_the_days_in_the_older_version():
    found = read(parse(write(build(record(), version="1.6.0"))))

    assert found.document == without_days(distributions=[])


def test_build_says_of_the_learner_only_what_it_must():
    learner = build(record())[1]

    named = [etree.QName(child).localname for child in learner]
    assert named == ["identifier", "identifier", "givenNames", "familyName", "alternativeName"]


def test_build_refuses_what_is_no_record():
    with pytest.raises(InvalidError, match="another format"):
        build(record(hansa="academic-record/2"))


def test_build_uses_the_namespace_of_its_version():
    roots = {version: etree.QName(build(record(), version=version)).namespace for version in NAMESPACES}

    assert roots == NAMESPACES
