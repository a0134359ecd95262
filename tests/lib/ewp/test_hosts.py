import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp import xml
from hansa.lib.ewp.hosts import (
    BY_DEFAULT,
    OURS,
    Api,
    ApiReader,
    Institution,
    Name,
    Security,
    api_element,
    check_api,
    contact_elements,
    institution_element,
    read_institution,
)
from hansa.lib.ewp.specifications import BY_NAME
from tests.lib.ewp.example_network import CHARITE

IIAS = BY_NAME["iias", 7]
PARTS = {
    "get-url": "https://ewp.example.org/get",
    "max-iia-ids": "10",
    "index-url": "https://ewp.example.org/index",
    "stats-url": "https://ewp.example.org/stats",
}


def api(**changes) -> Api:
    given = {"name": "iias", "version": "7.0.1", "namespace": IIAS.namespace, "parts": PARTS}
    return Api(**given | changes)


def read(element) -> Api:
    return ApiReader().read(xml.parse(xml.write(element)))


@pytest.mark.parametrize(
    "given",
    [
        api(),
        api(security=OURS, admin_emails=("a@example.org", "b@example.org"), admin_notes="Only at night."),
        api(security=Security(client=("anonymous",), request=("ewp-rsa-aes128gcm", "tls"))),
        api(name="sleepers", namespace="urn:other", parts={"b-url": "https://a.example", "a": ""}),
    ],
)
def test_api_comes_back_from_its_entry(given):
    assert read(api_element(given)) == given


def test_api_has_numbers_addresses_and_limits():
    assert (api().number, api().major) == ((7, 0, 1), 7)
    assert list(api().urls) == ["get-url", "index-url", "stats-url"]
    assert (api().limit("max-iia-ids"), api().limit("max-hei-ids")) == (10, 1)


def test_parts_are_written_in_the_order_of_the_specification():
    turned = dict(reversed(PARTS.items()))

    assert [xml.local_name(child) for child in api_element(api(parts=turned))] == list(PARTS)


def test_security_without_known_methods_is_empty_and_missing_aspects_are_the_default():
    entry = xml.parse(
        b'<echo xmlns="urn:e" version="2.0.0"><http-security>'
        b'<client-auth-methods xmlns="https://github.com/erasmus-without-paper/ewp-specs-sec-intro/tree/stable-v2">'
        b'<smoke-signals xmlns="urn:s"/></client-auth-methods></http-security><url>https://a.example/echo</url></echo>'
    )

    found = ApiReader().read(entry)

    assert found.security == Security(client=())
    assert read(api_element(found)).security == BY_DEFAULT


def test_reader_remembers_security_that_it_has_read():
    reader = ApiReader()
    entry = xml.parse(xml.write(api_element(api(security=OURS))))

    assert reader.read(entry).security is reader.read(entry).security


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": "7.0"}, "iias: it has no namespace, or its version is not three numbers"),
        ({"version": ""}, "version is not three numbers"),
        ({"parts": PARTS | {"get-url": "http://ewp.example.org/get"}}, "iias/get-url: this is not an address"),
        ({"parts": PARTS | {"get-url": "https://u:p@ewp.example.org/"}}, "iias/get-url: this is not an address"),
        ({"parts": PARTS | {"get-url": ""}}, "iias/get-url: this is not an address"),
        ({"parts": PARTS | {"max-iia-ids": "0"}}, "iias/max-iia-ids: this is not a whole number above zero"),
        ({"parts": PARTS | {"max-iia-ids": "-1"}}, "max-iia-ids"),
        ({"parts": PARTS | {"max-iia-ids": "٣"}}, "max-iia-ids"),
        ({"parts": PARTS | {"max-iia-ids": "9" * 10}}, "max-iia-ids"),
    ],
)
def test_reader_refuses_what_is_malformed(changes, said):
    with pytest.raises(InvalidError, match=said):
        read(api_element(api(**changes)))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'<echo version="1.0.0"><url>https://a.example</url></echo>', "echo: it has no namespace"),
        (
            b'<echo xmlns="urn:e" version="1.0.0"><url>https://a.example</url><url>https://b.example</url></echo>',
            "echo/url: this element is there twice",
        ),
    ],
)
def test_reader_refuses_strange_entries(data, said):
    with pytest.raises(InvalidError, match=said):
        ApiReader().read(xml.parse(data))


def test_check_api_holds_known_ones_to_their_specification():
    check_api(api())
    check_api(api(namespace="urn:other", parts={}))

    with pytest.raises(InvalidError, match=r"iias 7\.0\.1: get-url, max-iia-ids is missing"):
        check_api(api(parts={"index-url": "https://a.example"}))
    with pytest.raises(InvalidError, match=r"iias 6\.3\.0: its namespace is that of iias 7\.x"):
        check_api(api(version="6.3.0"))
    with pytest.raises(InvalidError, match=r"echo 7\.0\.1: its namespace is that of iias"):
        check_api(api(name="echo"))


def test_institution_comes_back_from_its_element():
    assert read_institution(xml.parse(xml.write(institution_element(CHARITE)))) == CHARITE


def test_institution_has_a_name_in_the_language_asked_for():
    assert CHARITE.name("de") == "Charité"
    assert CHARITE.name("en-GB").endswith("Berlin")
    assert CHARITE.name("sv") == "Charité"
    assert Institution("a.example", ()).name() == "a.example"
    assert Institution("a.example", (Name("A"),)).name() == "A"


def test_institution_has_other_identifiers():
    assert CHARITE.ids("erasmus") == ("D  BERLIN14",)
    assert CHARITE.ids("previous-schac") == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<hei/>", "An institution has no id"),
        (b'<hei id="a.example"><name>in no namespace</name></hei>', "An institution “a.example” has no name"),
    ],
)
def test_read_institution_refuses_what_nobody_could_find(data, said):
    with pytest.raises(InvalidError, match=said):
        read_institution(xml.parse(data))


def test_contact_leaves_out_what_is_not_said():
    found = contact_elements(["a@example.org"], provider="P", notes="")

    assert [(xml.local_name(element), element.text) for element in found] == [
        ("admin-email", "a@example.org"),
        ("admin-provider", "P"),
    ]
