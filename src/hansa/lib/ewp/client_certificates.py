"""The TLS certificates by which a client may show who it is.

The network trusts no certificate authority for this: the registry publishes the SHA-256
of each client's certificate, and a self-signed one is as good as any other
(sec-cliauth-tlscert 1.x, which newer hosts have given up for HTTP signatures).
"""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.rsa_keys import FEWEST_BITS, RsaKeyPair

VALID = timedelta(days=2 * 365)
#: Clocks differ; a certificate that starts now would be refused by a partner whose clock is behind.
BEFORE = timedelta(days=1)
#: RFC 5280, upper bound of a common name.
LONGEST_NAME = 64
PEM_MARK = b"-----BEGIN"


def self_signed(pair: RsaKeyPair, *, host: str, now: datetime, serial: int) -> bytes:
    """Make a certificate for a host's key and return it in DER."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:LONGEST_NAME])])
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name)
        .public_key(pair.private.public_key())
        .serial_number(serial)
        .not_valid_before(now - BEFORE)
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(pair.private, SHA256())
    )
    return made.public_bytes(Encoding.DER)


def read_certificate(data: bytes) -> x509.Certificate:
    """Read a certificate from PEM or DER."""
    read = x509.load_pem_x509_certificate if data.lstrip().startswith(PEM_MARK) else x509.load_der_x509_certificate
    try:
        return read(data)
    except (ValueError, x509.InvalidVersion) as wrong:
        raise InvalidError("This is not an X.509 certificate.", "Give it in PEM or DER, alone and whole.") from wrong


def check_certificate(data: bytes) -> None:
    """Raise InvalidError where the key of a certificate is of a kind or length that the network does not take."""
    try:
        key = read_certificate(data).public_key()
    except (ValueError, UnsupportedAlgorithm) as wrong:
        raise InvalidError("The key of the certificate cannot be read.", "Make one for an RSA key.") from wrong
    if isinstance(key, RSAPublicKey) and key.key_size < FEWEST_BITS:
        raise InvalidError(
            f"The key of the certificate has {key.key_size} bits; the network asks for {FEWEST_BITS} or more.",
            "Make a certificate for a longer key and publish it in the manifest.",
        )


def pem_of(data: bytes) -> bytes:
    """Return a certificate in PEM, as TLS libraries want it."""
    return read_certificate(data).public_bytes(Encoding.PEM)


def der_of(data: bytes) -> bytes:
    """Return a certificate in DER, as manifests carry it."""
    return read_certificate(data).public_bytes(Encoding.DER)


def fingerprint(data: bytes) -> str:
    """Return the lower-case hexadecimal SHA-256 of a certificate in PEM or DER (registry 1.5.0)."""
    return hashlib.sha256(der_of(data)).hexdigest()


def matches(data: bytes, *, fingerprints: Collection[str]) -> bool:
    """Tell whether a presented certificate is one of those that the registry publishes."""
    return fingerprint(data) in fingerprints
