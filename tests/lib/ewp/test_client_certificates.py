import hashlib
import ssl
from datetime import timedelta

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.client_certificates import (
    der_of,
    fingerprint,
    matches,
    pem_of,
    read_certificate,
    self_signed,
)
from tests.lib.ewp.example_network import NOW, pair

HOST = "ewp.charite.example"


def made() -> bytes:
    return self_signed(pair(), host=HOST, now=NOW, serial=7)


def test_certificate_is_that_of_the_key():
    certificate = read_certificate(made())

    assert certificate.public_key() == pair().private.public_key()
    assert certificate.serial_number == 7
    assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc - timedelta(days=700)
    certificate.verify_directly_issued_by(certificate)


def test_certificate_can_be_loaded_by_a_tls_client(tmp_path):
    (tmp_path / "pair.pem").write_bytes(pair().pem + pem_of(made()))

    context = ssl.create_default_context()
    context.load_cert_chain(tmp_path / "pair.pem")

    assert context.cert_store_stats()


def test_fingerprint_is_the_same_in_both_forms():
    certificate = made()

    assert fingerprint(certificate) == fingerprint(pem_of(certificate)) == hashlib.sha256(certificate).hexdigest()
    assert der_of(pem_of(certificate)) == certificate


def test_matches_tells_the_published_certificate_from_another():
    own, other = made(), self_signed(pair(1), host="x" * 70 + ".example", now=NOW, serial=8)

    assert matches(pem_of(own), fingerprints={fingerprint(own)})
    assert not matches(other, fingerprints={fingerprint(own)})


@pytest.mark.parametrize("data", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"])
def test_read_refuses_what_is_no_certificate(data):
    with pytest.raises(InvalidError, match=r"not an X\.509 certificate"):
        read_certificate(data)
