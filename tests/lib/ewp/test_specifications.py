import pytest
from lxml import etree

from hansa.lib.ewp.specifications import ALL, BY_NAME, BY_NAMESPACE
from tests.conformance import conformance
from tests.lib.ewp.schemas import index

XS = "{http://www.w3.org/2001/XMLSchema}"


def test_every_specification_is_found_by_name_and_by_namespace():
    assert len(BY_NAME) == len(BY_NAMESPACE) == len(ALL) == 26
    assert BY_NAME["organizational-units", 2].namespace == (
        "https://github.com/erasmus-without-paper/ewp-specs-api-ounits/blob/stable-v2/manifest-entry.xsd"
    )


def test_field_is_told_by_its_name():
    kinds = {part.name: (part.is_url, part.is_limit) for one in ALL for part in one.fields}

    assert kinds["url"] == kinds["get-url"] == kinds["stats-url"] == (True, False)
    assert kinds["max-omobility-ids"] == (False, True)
    assert kinds["sends-notifications"] == (False, False)


@pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one.name} {one.version}")
def test_fields_are_those_of_the_published_schema(one):
    folder = conformance("ewp") / "schemas"
    uri = index()[one.namespace][0]

    entry = etree.parse(folder / uri).getroot().find(f"{XS}element")
    fields = [
        (element.get("name"), element.get("minOccurs", "1") == "1")
        for element in entry.iter(f"{XS}element")
        if element.get("name") not in {one.name, "http-security"}
    ]

    assert entry.get("name") == one.name
    assert f"-v{one.version}/" in uri
    assert fields == [(part.name, part.is_required) for part in one.fields]
