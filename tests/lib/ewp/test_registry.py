from dataclasses import replace

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.catalogue import read_catalogue
from hansa.lib.ewp.client_certificates import fingerprint
from hansa.lib.ewp.echo import Echo, read_echo, write_echo
from hansa.lib.ewp.hosts import Institution, Name
from hansa.lib.ewp.manifest import ours, write_manifest
from hansa.lib.ewp.registry import combine
from hansa.lib.ewp.signing import (
    ASK_FOR_SIGNATURE,
    Request,
    Response,
    sign_request,
    sign_response,
    verify_request,
    verify_response,
)
from hansa.lib.ewp.specifications import ALL
from tests.lib.ewp.example_network import CERTIFICATE, CHARITE, KAROLINSKA, NOW, REQUEST_ID, manifest, other, pair
from tests.lib.ewp.schemas import validate

BERLIN, STOCKHOLM, THIRD = "https://a.example/manifest", "https://b.example/manifest", "https://c.example/manifest"


def combined(**manifests):
    addresses = {"berlin": BERLIN, "stockholm": STOCKHOLM, "third": THIRD}
    return combine(
        {
            addresses[name]: given if isinstance(given, bytes) else write_manifest(given)
            for name, given in manifests.items()
        }
    )


def test_combined_manifests_are_a_catalogue():
    made = combined(berlin=manifest(), stockholm=other())

    catalogue = read_catalogue(made.catalogue)

    assert made.notes == {BERLIN: (), STOCKHOLM: ()}
    assert catalogue.faults == ()
    assert catalogue.institutions == {"charite.example": CHARITE, "ki.example": KAROLINSKA}
    assert catalogue.heis_of_key(pair().public.key_id) == {"charite.example"}
    assert catalogue.heis_of_key(pair(1).public.key_id) == {"ki.example"}
    assert catalogue.heis_of_certificate(fingerprint(CERTIFICATE)) == {"charite.example"}
    served = catalogue.api("ki.example", "iias", major=7)
    assert served.api.parts["get-url"] == "https://ewp.ki.example/iias/v7/get"
    assert catalogue.server_key(served)(pair(1).public.key_id) == pair(1).public


def test_catalogue_follows_the_schema():
    made = combined(
        berlin=manifest(), stockholm=other(), third=manifest(None, client_keys=(), certificates=(), apis=())
    )

    validate(made.catalogue)


def test_one_host_of_the_league_asks_another():
    catalogue = read_catalogue(combined(berlin=manifest(), stockholm=other()).catalogue)
    served = catalogue.api("ki.example", "echo", major=2)
    asked = Request("POST", "/echo/v2", tuple(ASK_FOR_SIGNATURE.items()), b"echo=a")

    sent = sign_request(asked, host="ewp.ki.example", key=pair(), now=NOW, request_id=REQUEST_ID)
    arrived = replace(asked, headers=(*asked.headers, *sent.headers.items()))
    seen = verify_request(arrived, keys=catalogue.client_key, hosts={"ewp.ki.example"}, now=NOW)
    answer = Response((), write_echo(Echo(tuple(catalogue.heis_of_key(seen.key_id)), ("a",))))
    proof = sign_response(answer, key=pair(1), now=NOW, to=seen)
    answered = replace(answer, headers=tuple(proof.headers.items()))
    believed = verify_response(answered, to=sent, keys=catalogue.server_key(served), now=NOW)

    assert believed.key_id == pair(1).public.key_id
    assert read_echo(answered.body) == Echo(("charite.example",), ("a",))


def test_key_belongs_to_the_institution_that_claimed_it_first():
    made = combined(berlin=manifest(), stockholm=other(client_keys=(pair().public,), certificates=(CERTIFICATE,)))

    catalogue = read_catalogue(made.catalogue)

    assert made.notes[STOCKHOLM] == (
        f"The client key {pair().public.key_id[:16]}… belongs to charite.example.",
        f"The client certificate {fingerprint(CERTIFICATE)[:16]}… belongs to charite.example.",
    )
    assert catalogue.heis_of_key(pair().public.key_id) == {"charite.example"}
    assert "ki.example" in catalogue.institutions


def test_institution_belongs_to_the_host_that_claimed_it_first():
    made = combined(berlin=manifest(), stockholm=manifest(client_keys=(pair(2).public,)))

    catalogue = read_catalogue(made.catalogue)

    assert made.notes == {BERLIN: (), STOCKHOLM: ("Another host covers charite.example.",)}
    assert catalogue.heis_of_key(pair(2).public.key_id) == frozenset()


def test_address_and_major_version_belong_to_one_api():
    apis = ours("https://ewp.charite.example", among=ALL[:2])
    again = replace(apis[1], version="2.0.0")

    made = combined(berlin=manifest(apis=(*apis, again)), stockholm=other(apis=apis))

    assert made.notes[BERLIN] == ("echo 2.0.0: the host serves another echo of this major version.",)
    assert made.notes[STOCKHOLM] == (
        "discovery 6.0.0: its address belongs to charite.example.",
        "echo 2.0.1: its address belongs to charite.example.",
    )


def test_malformed_manifest_does_not_harm_the_others():
    unnamed = write_manifest(other()).replace(b' id="ki.example"', b' id=""')

    made = combined(berlin=b"<manifest/>", stockholm=manifest(), third=unnamed)

    assert set(read_catalogue(made.catalogue).institutions) == {"charite.example"}
    assert "not a “manifest”" in made.notes[BERLIN][0]
    assert made.notes[THIRD] == ("An institution has no id.",)


def test_faults_of_parts_become_notes():
    broken = write_manifest(manifest()).replace(pair(1).public.text.encode(), b"bm8=")

    assert "The server key no. 1" in combined(berlin=broken).notes[BERLIN][0]


def test_hosts_of_no_institution_are_told_apart_by_their_address():
    made = combined(berlin=manifest(None), stockholm=manifest(None, certificates=(), apis=()))

    assert made.notes[STOCKHOLM] == (f"The client key {pair().public.key_id[:16]}… belongs to {BERLIN}.",)


@pytest.mark.parametrize("manifests", [{}, {"berlin": b"nothing"}])
def test_combine_needs_one_manifest_that_can_be_taken(manifests):
    with pytest.raises(InvalidError, match="None of the manifests can be taken"):
        combined(**manifests)


def test_names_of_strangers_cannot_break_the_catalogue():
    strange = Institution("x.example", (Name("</name><hei id='y'>", "en"),))

    assert read_catalogue(combined(berlin=manifest(strange)).catalogue).institutions == {"x.example": strange}
