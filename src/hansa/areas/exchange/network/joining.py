"""Become a member of the network: a key, a client certificate, and what the registry is told."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from hansa.areas.exchange.network.membership import certificate_file, demand_membership, key_file, keys
from hansa.lib.errors import RefusedError
from hansa.lib.ewp.client_certificates import pem_of, read_certificate, self_signed
from hansa.lib.ewp.manifest import path_of
from hansa.lib.ewp.rsa_keys import RsaKeyPair
from hansa.lib.ewp.specifications import BY_NAME

#: RFC 5280, section 4.1.2.2: a serial number has 20 octets at most and is positive.
SERIAL_BITS = 159


@dataclass(frozen=True, kw_only=True)
class Joined:
    """What the registry is told of this node."""

    hei: str
    manifest: str
    key_id: str
    certificate_ends: datetime


def join(*, now: datetime) -> Joined:
    """Make key and certificate where there are none yet, and return what the registry is told."""
    member = demand_membership()
    host = urlsplit(f"//{member.host}").hostname
    if not host:
        raise RefusedError(
            _("This node has no address at which members of the network could reach it."),
            _("Write address in node.toml and open it to them; a node that only dials out cannot be a member."),
        )
    if not key_file().exists():
        write_private(key_file(), RsaKeyPair.generate().pem)
    if not certificate_file().exists():
        made = self_signed(keys(), host=host, now=now, serial=secrets.randbits(SERIAL_BITS) | 1)
        write_private(certificate_file(), pem_of(made))
    return Joined(
        hei=member.hei,
        manifest=member.url(path_of(BY_NAME["discovery", 6]).lstrip("/")),
        key_id=keys().public.key_id,
        certificate_ends=read_certificate(certificate_file().read_bytes()).not_valid_after_utc,
    )


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
