import hashlib
import ssl
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_curve_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.client_certificates import (
    check_certificate,
    der_of,
    fingerprint,
    matches,
    pem_of,
    read_certificate,
    self_signed,
)
from hansa.lib.ewp.rsa_keys import RsaKeyPair
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


def test_check_takes_a_key_that_is_long_enough_or_of_another_kind():
    name = x509.Name([])
    curve = generate_curve_key(SECP256R1())
    builder = x509.CertificateBuilder(name, name, curve.public_key(), 1, NOW, NOW + timedelta(days=1))

    check_certificate(made())
    check_certificate(builder.sign(curve, SHA256()).public_bytes(Encoding.DER))


def test_check_refuses_a_key_that_is_too_short():
    short = self_signed(RsaKeyPair(generate_private_key(65537, 1024)), host=HOST, now=NOW, serial=9)

    with pytest.raises(InvalidError, match="has 1024 bits; the network asks for 2048"):
        check_certificate(short)


def test_check_refuses_a_key_of_no_known_kind():
    rsa = bytes.fromhex("06092a864886f70d010101")
    certificate = made()
    assert rsa in certificate

    with pytest.raises(InvalidError, match="cannot be read"):
        check_certificate(certificate.replace(rsa, rsa[:-1] + b"\x7f"))


def test_matches_tells_the_published_certificate_from_another():
    own, other = made(), self_signed(pair(1), host="x" * 70 + ".example", now=NOW, serial=8)

    assert matches(pem_of(own), fingerprints={fingerprint(own)})
    assert not matches(other, fingerprints={fingerprint(own)})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no certificate",
        b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----",
        made().replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x05", 1),
    ],
)
def test_read_refuses_what_is_no_certificate(data):
    with pytest.raises(InvalidError, match=r"not an X\.509 certificate"):
        read_certificate(data)
