"""Invitations made to mislead: addresses that lead elsewhere, names that look like another's."""

import pytest

from hansa.kernel import partners
from hansa.kernel.actions import GivenError
from hansa.kernel.models import Partner
from hansa.lib.signatures import sign
from tests.paper import PaperPartner


def invited(person, **changes):
    paper = PaperPartner()
    payload = {
        "hansa": "invitation/1",
        "name": "Karolinska Institutet",
        "address": "",
        "identity": paper.identity.to_json(),
        **changes,
    }
    text = sign(payload, key=paper.signing, kind=partners.KIND)
    return partners.accept(Partner(), by=person("administrator", username="a"), invitation=text)


ADDRESSES = [
    "javascript:alert(1)",
    "file:///etc/passwd",
    "ftp://ki.example",
    "http://ki.example",
    "http://169.254.169.254",
    "https://",
    "https://user:secret@ki.example",
    "https://ki.example/?next=x",
    "https://ki.example/#part",
    "https://ki.example:70000",
    "https://[",
    "https://ki\u2024example",
    " https://ki.example",
    7,
    None,
]


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_accept_refuses_an_address_that_is_not_a_plain_https_one(person, address):
    with pytest.raises(GivenError, match="not one of the form https"):
        invited(person, address=address)

    assert not Partner.objects.exists()


@pytest.mark.parametrize(
    "address", ["", "https://ki.example", "https://ki.example:8443/hansa", "http://127.0.0.1:8002", "http://[::1]:8002"]
)
def test_accept_takes_https_and_this_machine(person, address):
    assert invited(person, address=address).address == address


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "Karolinska\u202e", "Karo\u200blinska", ["Karolinska"], None])
def test_accept_refuses_a_name_that_hides_something(person, name):
    with pytest.raises(GivenError, match="no whole invitation"):
        invited(person, name=name)
