import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.client_certificates import pem_of
from hansa.lib.ewp.hosts import BY_DEFAULT, OURS, Api
from hansa.lib.ewp.manifest import LIMIT, Manifest, ours, path_of, read_manifest, write_manifest
from hansa.lib.ewp.rsa_keys import RsaKeyPair, RsaPublicKey
from hansa.lib.ewp.specifications import ALL, BY_NAME
from tests.conformance import conformance
from tests.lib.ewp.example_network import CERTIFICATE, CHARITE, manifest, pair
from tests.lib.ewp.schemas import validate

SMALL = Manifest(None, admin_emails=("ewp@charite.example",))


@pytest.mark.parametrize("given", [manifest(), manifest(None), SMALL])
def test_manifest_comes_back_from_its_document(given):
    assert read_manifest(write_manifest(given)) == given


def test_manifest_takes_certificates_in_pem():
    found = read_manifest(write_manifest(manifest(certificates=(pem_of(CERTIFICATE),))))

    assert found.certificates == (CERTIFICATE,)


@pytest.mark.parametrize("given", [manifest(), manifest(None), SMALL])
def test_manifest_follows_the_schema(given):
    validate(write_manifest(given))


def test_ours_are_all_apis_with_security_and_limits():
    served = {(api.name, api.major): api for api in ours("https://ewp.example.org/", limits={"max-iia-ids": 3})}

    assert set(served) == set(BY_NAME)
    assert served["iias", 7].parts == {
        "get-url": "https://ewp.example.org/iias/v7/get",
        "max-iia-ids": "3",
        "index-url": "https://ewp.example.org/iias/v7/index",
        "stats-url": "https://ewp.example.org/iias/v7/stats",
    }
    assert served["omobilities", 2].limit("max-omobility-ids") == LIMIT
    assert served["omobilities", 2].parts["sends-notifications"] == ""
    assert (served["echo", 2].security, served["discovery", 6].security) == (OURS, BY_DEFAULT)


def test_ours_may_have_the_manifest_elsewhere():
    one, *_rest = ours("https://ewp.example.org", manifest_url="https://www.example.org/manifest.xml", among=ALL[:2])

    assert one.parts == {"url": "https://www.example.org/manifest.xml"}


def test_path_of_an_endpoint_has_name_and_major():
    assert path_of(BY_NAME["echo", 2]) == "/echo/v2"
    assert path_of(BY_NAME["omobility-las", 1], part="update-url") == "/omobility-las/v1/update"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"stable-v6", b"stable-v5", "not a “manifest”"),
        (b"<host>", b"<!-- <host> -->", "not well-formed"),
        (b"ewp@charite.example", b"nobody", "names no admin-email"),
        (b"Hansa", b"", "names no admin-provider"),
    ],
)
def test_read_refuses_a_manifest_that_nobody_answers_for(old, new, said):
    data = write_manifest(SMALL)
    assert old in data

    with pytest.raises(InvalidError, match=said):
        read_manifest(data.replace(old, new))


def test_read_refuses_a_manifest_of_no_host_or_of_two_institutions():
    data = write_manifest(manifest())
    start = data.index(b"<hei ")
    hei = data[start : data.index(b"</hei>") + 6]

    with pytest.raises(InvalidError, match="covers more than one institution"):
        read_manifest(data.replace(hei, hei * 2))
    with pytest.raises(InvalidError, match="describes no host"):
        read_manifest(data[: data.index(b"<host")] + b"</manifest>")
    with pytest.raises(InvalidError, match="no admin-email"):
        read_manifest(write_manifest(Manifest(None, admin_emails=())))


def test_read_leaves_out_what_is_wrong_and_says_so():
    short = RsaKeyPair(generate_private_key(65537, 1024)).public
    wrong = (Api("echo", "2.0.1", BY_NAME["echo", 2].namespace, {}),)

    found = read_manifest(
        write_manifest(
            manifest(
                client_keys=(short, pair().public),
                server_keys=(RsaPublicKey(b"no key"),),
                apis=(*wrong, *ours("https://a.example", among=ALL[:1])),
            )
        ).replace(RsaPublicKey(CERTIFICATE).text.encode(), b"bm8=")
    )

    assert (found.institution, found.client_keys, found.server_keys, found.certificates) == (
        CHARITE,
        (pair().public,),
        (),
        (),
    )
    assert [api.name for api in found.apis] == ["discovery"]
    assert [fault.partition(".")[0] for fault in found.faults] == [
        "echo 2",
        "The client key no",
        *["The client certificate no", "The server key no"],
    ]


def test_read_takes_the_published_manifests():
    folder = conformance("ewp") / "documents" / "manifests"

    weird = read_manifest((folder / "a-bit-weird-but-valid.xml").read_bytes())
    sample = read_manifest((folder / "sample-registry-manifest.xml").read_bytes())

    assert [api.name for api in weird.apis] == ["discovery"]
    assert weird.faults == ("some-other-api: it has no namespace, or its version is not three numbers.",)
    assert [api.name for api in sample.apis] == ["discovery", "registry"]
    assert len(sample.certificates) + len(sample.faults) >= 2


DOCUMENT = write_manifest(manifest(apis=ours("https://a.example", among=ALL[:2])))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(DOCUMENT) - 1), st.binary(max_size=3), st.integers(0, 40))
def test_damaged_manifest_is_read_or_refused(place, put, left_out):
    damaged = DOCUMENT[:place] + put + DOCUMENT[place + left_out :]

    try:
        found = read_manifest(damaged)
    except InvalidError as refused:
        found = Manifest(None, admin_emails=(), faults=(refused.message,))

    assert isinstance(found.faults, tuple)
    for key in (*found.client_keys, *found.server_keys):
        key.check()
