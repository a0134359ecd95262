import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.ewp import catalogue as reading
from hansa.lib.ewp import xml
from hansa.lib.ewp.catalogue import Catalogue, folded, read_catalogue
from hansa.lib.ewp.hosts import (
    OURS,
    REGISTRY,
    SHARED_TYPES,
    Api,
    Institution,
    Name,
    api_element,
    contact_elements,
    institution_element,
)
from hansa.lib.ewp.specifications import BY_NAME, ORIGIN
from tests.lib.ewp.example_network import CHARITE, KAROLINSKA, pair
from tests.lib.ewp.schemas import validate

CLIENT, SERVER = pair().public, pair(1).public
FINGERPRINT = "ab" * 32
make = xml.maker(REGISTRY)


def echo(version: str, *, url: str = "https://ewp.example.org/echo") -> xml.Element:
    namespace = f"{ORIGIN}/ewp-specs-api-echo/blob/stable-v{version[0]}/manifest-entry.xsd"
    return api_element(Api("echo", version, namespace, {"url": url}, OURS))


def host(*apis, heis=("charite.example",), keys=(CLIENT.key_id,), server_keys=(SERVER.key_id,)):
    return make(
        "host",
        contact_elements(["ewp@charite.example"], provider="Charité", notes="Made up."),
        make("apis-implemented", apis),
        make("institutions-covered", [make("hei-id", hei_id) for hei_id in heis]),
        make(
            "client-credentials-in-use",
            make("certificate", **{"sha-256": FINGERPRINT}),
            [make("rsa-public-key", **{"sha-256": key_id}) for key_id in keys],
        ),
        make("server-credentials-in-use", [make("rsa-public-key", **{"sha-256": key_id}) for key_id in server_keys]),
    )


def binary(text: str, *, key_id: str):
    return make("rsa-public-key", text, **{"sha-256": key_id})


def document(*hosts, institutions=(CHARITE, KAROLINSKA), binaries=()) -> bytes:
    keys = [binary(key.text, key_id=key.key_id) for key in (CLIENT, SERVER)]
    listed = [institution_element(one) for one in institutions]
    return xml.write(make("catalogue", hosts, make("institutions", listed), make("binaries", keys, binaries)))


def test_catalogue_answers_who_speaks_by_a_key():
    found = read_catalogue(document(host(), host(heis=("ki.example",), keys=(), server_keys=())))

    assert found.faults == ()
    assert found.heis_of_key(CLIENT.key_id) == {"charite.example"}
    assert found.heis_of_key(SERVER.key_id) == found.heis_of_key("") == frozenset()
    assert found.heis_of_certificate(FINGERPRINT) == {"charite.example", "ki.example"}
    assert found.heis_of_certificate("") == frozenset()


def test_catalogue_tells_keys_of_clients_from_keys_of_servers():
    found = read_catalogue(document(host(echo("2.0.1"))))
    served = found.api("charite.example", "echo", major=2)

    assert (found.key(CLIENT.key_id), found.key(SERVER.key_id), found.key("")) == (CLIENT, SERVER, None)
    assert (found.client_key(CLIENT.key_id), found.client_key(SERVER.key_id)) == (CLIENT, None)
    assert (found.server_key(served)(SERVER.key_id), found.server_key(served)(CLIENT.key_id)) == (SERVER, None)


def test_catalogue_finds_the_newest_version_of_a_major():
    found = read_catalogue(
        document(
            host(echo("1.9.9"), echo("2.0.9", url="https://a.example"), echo("2.0.10", url="https://b.example")),
            host(echo("2.0.2", url="https://c.example")),
            host(echo("1.0.0"), heis=("ki.example",)),
        )
    )

    served = found.api("charite.example", "echo", major=2)

    assert (served.api.version, served.api.urls) == ("2.0.10", {"url": "https://b.example"})
    assert served.api.security == OURS
    assert found.api("ki.example", "echo", major=2) is None
    assert found.majors("charite.example", "echo") == (2, 1)
    assert found.majors("ki.example", "iias") == ()


def test_catalogue_keeps_who_answers_for_a_host():
    found = read_catalogue(document(host()))
    (one,) = found.hosts

    assert (found.hosts_of("charite.example"), found.hosts_of("ki.example")) == ((one,), ())
    assert (one.admin_emails, one.provider, one.notes) == (("ewp@charite.example",), "Charité", "Made up.")


def test_host_that_says_nothing_is_read():
    (one,) = read_catalogue(document(make("host"))).hosts

    assert (one.heis, one.apis, one.provider) == ((), (), "")


def test_catalogue_finds_an_institution_by_another_identifier():
    found = read_catalogue(document())

    assert found.institution("erasmus", "S  STOCKHO03") == KAROLINSKA
    assert found.institution("pic", "S  STOCKHO03") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("charite", [CHARITE]),
        ("BERLIN charité", [CHARITE]),
        ("stockho03", [KAROLINSKA]),
        ("example", [CHARITE, KAROLINSKA]),
        ("ki.example", [KAROLINSKA]),
        ("institutet", [KAROLINSKA]),
        ("nowhere", []),
        ("  ", []),
    ],
)
def test_search_looks_at_names_and_identifiers(text, expected):
    assert read_catalogue(document()).search(text) == expected


def test_search_puts_first_what_begins_with_the_text():
    late, early = Institution("a.example", (Name("A like Zagreb"),)), Institution("z.example", (Name("Zagreb"),))

    found = read_catalogue(document(institutions=(late, early)))

    assert found.search("zagreb") == [early, late]
    assert found.search("zagreb", most=1) == [early]


def test_folded_text_has_no_case_and_no_accents():
    assert folded("  Łódź\n ÅNGSTRÖM ") == "łodz angstrom"


def test_malformed_parts_are_left_out_and_named():
    insecure = "http://insecure.example"
    nameless = make("hei", id="nameless.example")

    found = read_catalogue(
        document(
            host(echo("2.0.1", url=insecure), echo("1.0.0")),
            host(echo("2.0.1", url=insecure), heis=()),
            binaries=(binary("bm8=", key_id="00" * 32), binary("?", key_id="11" * 32)),
        ).replace(b"</institutions>", xml.etree.tostring(nameless) + b"</institutions>")
    )

    assert found.faults == (
        "charite.example: echo/url: this is not an address that begins with https.",
        "a host of no institution: echo/url: this is not an address that begins with https.",
        "An institution “nameless.example” has no name.",
        "The key 0000000000000000… is not what its fingerprint says.",
        "The key 1111111111111111… is not what its fingerprint says.",
    )
    assert found.majors("charite.example", "echo") == (1,)
    assert set(found.institutions) == {"charite.example", "ki.example"}


@pytest.mark.parametrize("data", [b"<catalogue/>", b"", b"<!DOCTYPE catalogue><catalogue/>"])
def test_read_refuses_what_is_no_catalogue(data):
    with pytest.raises(InvalidError):
        read_catalogue(data)


def test_read_refuses_what_is_too_large(monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 1024)

    with pytest.raises(InvalidError, match="more than"):
        read_catalogue(document(host()))


WHOLE = document(host(echo("2.0.1")))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=3), st.integers(0, 40))
def test_damaged_catalogue_is_read_or_refused(place, put, left_out):
    damaged = WHOLE[:place] + put + WHOLE[place + left_out :]

    try:
        found = read_catalogue(damaged)
    except InvalidError as refused:
        found = Catalogue(faults=(refused.message,))

    assert isinstance(found.faults, tuple)
    assert all(found.key(key.key_id) in {key, None} for key in (CLIENT, SERVER))


def test_example_follows_the_schema():
    validate(document(host(echo("2.0.1"), echo("2.0.0"))))


def test_empty_catalogue_knows_nobody():
    empty = Catalogue()

    assert (empty.search("a"), empty.key("a"), empty.api("a", "echo", major=2)) == ([], None, None)


def whole_network(*, heis: int) -> bytes:
    """Return a made-up catalogue of the size of the network: one host for each ten institutions."""
    institutions = [
        Institution(f"u{n}.example", (Name(f"University no. {n}", "en"), Name(f"Universität Nr. {n}", "de")))
        for n in range(heis)
    ]
    iias = BY_NAME["iias", 7].namespace
    hosts, keys = [], []
    for first in range(0, heis, 10):
        made_up = hashlib.sha256(str(first).encode()).digest() * 9
        key_id = hashlib.sha256(made_up).hexdigest()
        keys.append(binary(base64.b64encode(made_up).decode(), key_id=key_id))
        parts = {"get-url": f"https://h{first}.example/get", "index-url": f"https://h{first}.example/index"}
        apis = [api_element(Api("iias", f"7.0.{n}", iias, parts | {"max-iia-ids": "5"}, OURS)) for n in range(10)]
        hosts.append(host(*apis, heis=[f"u{n}.example" for n in range(first, first + 10)], keys=(key_id,)))
    return document(*hosts, institutions=institutions, binaries=keys)


def test_whole_network_is_read():
    data = whole_network(heis=3000)

    found = read_catalogue(data)

    assert len(data) > 3_000_000
    assert (len(found.institutions), len(found.hosts), found.faults) == (3000, 300, ())
    assert found.api("u2999.example", "iias", major=7).api.urls["get-url"] == "https://h2990.example/get"
    assert [one.hei_id for one in found.search("universitat 2999")] == ["u2999.example"]


def test_namespaces_are_those_of_the_published_schemas():
    assert REGISTRY.endswith("ewp-specs-api-registry/tree/stable-v1")
    assert SHARED_TYPES.endswith("ewp-specs-architecture/blob/stable-v1/common-types.xsd")


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        ("http://127.0.0.1:8000/echo", True),
        ("http://localhost/echo", True),
        ("http://127.0.0.1.example.org/echo", False),
        ("http://localhost.example.org/echo", False),
        ("http://ada@localhost/echo", False),
        ("http://127.0.0.2/echo", False),
    ],
)
def test_plain_http_is_for_this_machine_alone(url, is_taken):
    found = read_catalogue(document(host(echo("2.0.1", url=url))))

    assert (found.api("charite.example", "echo", major=2) is not None) == is_taken
