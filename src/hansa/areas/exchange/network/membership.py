"""Who this node is in Erasmus Without Paper, as the table [exchange] of node.toml says it.

    [exchange]
    hei = "charite.de"                      # the SCHAC id of the institution
    registry = "https://registry.example/catalogue-v1.xml"
    erasmus_code = "D  BERLIN14"

``registry = "own"`` makes this node the registry of a closed league: ``league`` then lists the addresses of its
members' manifests. Without ``hei`` the node is no member, and its doors of the network answer that there is nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from hansa.kernel.identity import own
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.ewp.identifiers import check_hei
from hansa.lib.ewp.rsa_keys import RsaKeyPair

OWN = "own"
TEXTS = ("hei", "registry", "erasmus_code", "certificate_header")
KEY, CERTIFICATE = "network.pem", "network-certificate.pem"


@dataclass(frozen=True, kw_only=True)
class Membership:
    """A node as a member of the network."""

    hei: str
    registry: str = ""
    erasmus_code: str = ""
    league: tuple[str, ...] = ()
    certificate_header: str = ""

    @property
    def is_registry(self) -> bool:
        """Tell whether this node is the registry of a closed league."""
        return self.registry == OWN

    @property
    def host(self) -> str:
        """Return the host and port under which others call this node."""
        return urlsplit(own().address).netloc

    def url(self, path: str) -> str:
        """Return the address of one of our endpoints."""
        return f"{own().address.rstrip('/')}/ewp/{path}"

    @property
    def catalogue_url(self) -> str:
        """Return where the catalogue of the network is."""
        return self.url("registry/catalogue-v1.xml") if self.is_registry else self.registry


def membership() -> Membership | None:
    """Return this node as a member of the network, or None where it is none."""
    given = settings.NODE.areas.get("exchange", {})
    return read(given) if given.get("hei") else None


def demand_membership() -> Membership:
    """Return this node as a member of the network, or refuse saying how it becomes one."""
    found = membership()
    if found is None:
        raise RefusedError(
            _("This node is no member of Erasmus Without Paper."),
            _("Write hei and registry under [exchange] in node.toml; the how-to on the network tells what follows."),
        )
    return found


def read(given: Mapping[str, Any]) -> Membership:
    """Return what node.toml says, or raise InvalidError naming the line."""
    if unknown := sorted(set(given) - {*TEXTS, "league"}):
        raise fault(unknown[0], "is not known")
    league = given.get("league", [])
    if not isinstance(league, list) or not all(isinstance(url, str) for url in league):
        raise fault("league", "is not a list of addresses")
    texts = {name: given.get(name, "") for name in TEXTS}
    if wrong := [name for name, value in texts.items() if not isinstance(value, str)]:
        raise fault(wrong[0], "is not a text in quotes")
    check_hei(texts["hei"], "hei")
    for url in [*league, *([] if texts["registry"] in ("", OWN) else [texts["registry"]])]:
        check_url(url)
    return Membership(**texts, league=tuple(league))


def check_url(url: str) -> None:
    """Refuse an address that is not protected, but on this machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1"):
        raise fault("registry", "or league has an address without https")


def fault(name: str, what: str) -> InvalidError:
    """Make the error for one line of the table."""
    return InvalidError(f"'{name}' under [exchange] in node.toml {what}.", "The how-to on the network lists the lines.")


def key_file() -> Path:
    """Return where this node's key in the network lies."""
    return own().directory / "keys" / KEY


def certificate_file() -> Path:
    """Return where this node's client certificate lies."""
    return own().directory / "keys" / CERTIFICATE


def keys() -> RsaKeyPair:
    """Return this node's key in the network, or refuse saying how it is made."""
    path = key_file()
    try:
        return _keys(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise RefusedError(
            _("This node has no key in the network yet."), _("Make it with: hansa network join")
        ) from None


@lru_cache(maxsize=4)
def _keys(path: Path, _stamp: int) -> RsaKeyPair:
    return RsaKeyPair.from_pem(path.read_bytes())
