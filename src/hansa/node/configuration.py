"""What a node directory says about its node.

A node is one directory. ``node.toml`` in it is the only file a person edits; the keys,
the databases and everything else is written by Hansa. The environment variable
``HANSA_NODE`` names the directory; without it, it is ``node`` where the command runs.
"""

import hashlib
import hmac
import ipaddress
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from hansa.lib import shapes
from hansa.lib.errors import InvalidError

LANGUAGES = ("en", "de", "sv")
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
LONGEST_NAME = 200
TEXTS = ("institution", "name", "address", "listen", "language", "database", "proxy", "mail", "mail_from")
MAIL_PORTS = {"smtp": 587, "smtps": 465}
PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """One node as its ``node.toml`` describes it."""

    directory: Path
    institution: str
    name: str
    address: str = ""
    listen: str = "127.0.0.1:8000"
    language: str = "en"
    database: str = ""
    hosts: tuple[str, ...] = ()
    proxy: str = ""
    mail: str = ""
    mail_from: str = ""
    #: What each area keeps in a table of its own, for example ``[exchange]``; the area reads and checks it.
    areas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def is_made(self) -> bool:
        """Tell whether the directory holds a node."""
        return (self.directory / "node.toml").is_file()

    @property
    def is_secure(self) -> bool:
        """Tell whether people reach this node by https."""
        return bool(self.proxy) or self.address.startswith("https://")

    @property
    def allowed_hosts(self) -> list[str]:
        """Return the host names under which this node answers."""
        named = {urlsplit(self.address).hostname, urlsplit(f"//{self.listen}").hostname, *self.hosts, *LOOPBACK}
        return sorted(host for host in named if host)

    @property
    def trusted_origins(self) -> list[str]:
        """Return the origins from which forms may come."""
        return [f"{urlsplit(self.address).scheme}://{urlsplit(self.address).netloc}"] if self.address else []

    @property
    def cookie_suffix(self) -> str:
        """Return what keeps the cookies of two nodes on one host apart, since cookies know no ports."""
        return hashlib.sha256(self.institution.encode()).hexdigest()[:8]

    def secret_key(self) -> str:
        """Derive the key that signs sessions and forms, or make a fleeting one where there is no node."""
        path = self.directory / "keys" / "secret"
        secret = path.read_bytes() if path.is_file() else secrets.token_bytes(32)
        return hmac.new(secret, b"hansa/sessions-and-forms", hashlib.sha256).hexdigest()

    def mail_server(self) -> dict[str, Any]:
        """Return Django's settings for the mail server of this node; without one there is no host."""
        parts = urlsplit(self.mail)
        host = parts.hostname or ""
        return {
            "EMAIL_HOST": host,
            "EMAIL_PORT": parts.port or MAIL_PORTS.get(parts.scheme, 0),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            # smtps is TLS from the first byte; smtp begins it before anything is said (RFC 3207, RFC 8314).
            "EMAIL_USE_SSL": parts.scheme == "smtps",
            "EMAIL_USE_TLS": parts.scheme == "smtp" and not is_loopback(host),
        }

    def databases(self) -> dict[str, dict[str, Any]]:
        """Return what Django needs to know about this node's database."""
        made = postgresql(self.database) if self.database else sqlite(self.directory / "hansa.sqlite3")
        return {"default": made}


def sqlite(path: Path) -> dict[str, Any]:
    """Describe a SQLite database that survives a power cut and lets people read while one writes."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # A transaction takes the write lock when it starts, so that it never has to be rolled back for it later.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;"
            " PRAGMA foreign_keys=ON; PRAGMA mmap_size=134217728;",
        },
    }


def postgresql(url: str) -> dict[str, Any]:
    """Describe a PostgreSQL database by its address, or raise InvalidError."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise InvalidError(
            "The database address in node.toml is not one of PostgreSQL.",
            "Write it as postgresql://USER:PASSWORD@HOST:5432/DATABASE, or remove the line to use SQLite.",
        )
    return {
        "ENGINE": "hansa.node.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # As patient as SQLite is above.
        "OPTIONS": {"options": "-c lock_timeout=20000"},
    }


def area_packages() -> dict[str, str]:
    """Return the packages of areas by name: those beside this one, and those of others (entry point hansa.areas)."""
    own = {path.parent.name: f"hansa.areas.{path.parent.name}" for path in sorted(PACKAGE.glob("areas/*/area.py"))}
    others = sorted(entry_points(group="hansa.areas"), key=lambda point: point.value)
    return own | {point.name: point.value for point in others if point.name not in own}


def node_directory() -> Path:
    """Return the directory of the node that this process works for."""
    return Path(os.environ.get("HANSA_NODE") or "node").absolute()


def load(directory: Path) -> Configuration:
    """Read a node's configuration; a directory without one gives a nameless node that keeps nothing."""
    path = directory / "node.toml"
    if not path.is_file():
        return Configuration(directory=directory, institution="", name="")
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidError(f"{path} cannot be read: {error}.", "Mend the line, or take it from a backup.") from error
    return check(given, directory=directory)


def check(given: Mapping[str, Any], *, directory: Path) -> Configuration:
    """Return a configuration in which every value is well formed, or raise InvalidError naming the line."""
    texts = {name: given.get(name, "") for name in TEXTS if name in given}
    for name, value in texts.items():
        if not isinstance(value, str) or not value.isprintable():
            raise fault(name, "is not one line of text in quotes", remedy="Write it in quotes.")
    areas = tables_of(given)
    if unknown := sorted(set(given) - {*TEXTS, "hosts", *areas}):
        raise fault(unknown[0], "is not known", remedy="Remove the line; the how-to on nodes lists the names.")
    hosts = given.get("hosts", [])
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        raise fault("hosts", "is not a list of host names", remedy='Write it as hosts = ["hansa.hospital.example"].')
    named = {"institution": "", "name": "", **texts}
    return checked(Configuration(directory=directory, hosts=tuple(hosts), areas=areas, **named))


def tables_of(given: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return what each area keeps in a table of its own, or raise InvalidError."""
    areas = {name: given[name] for name in area_packages() if name in given}
    for name, table in areas.items():
        if not isinstance(table, dict):
            raise fault(name, "is not a table", remedy=f"Write it as [{name}] with its lines below.")
    return areas


def checked(made: Configuration) -> Configuration:
    """Return the configuration itself where its values can be true, or raise InvalidError."""
    if not made.institution.startswith("https://ror.org/"):
        raise fault(
            "institution", "is not a ROR id", remedy="Look your institution up at ror.org and give its full address."
        )
    check_name(made.name)
    if made.address and urlsplit(made.address).scheme not in {"http", "https"}:
        raise fault("address", "is not an address on the web", remedy="Write it as https://HOST, or remove the line.")
    if made.address.startswith("http://") and not is_loopback(urlsplit(made.address).hostname or ""):
        raise fault("address", "is not protected by https", remedy="Use https; plain http is for this machine alone.")
    if made.language not in LANGUAGES:
        raise fault("language", "is not spoken by Hansa", remedy=f"Choose one of {', '.join(LANGUAGES)}.")
    host, _, port = made.listen.rpartition(":")
    if not host or not port.isdigit():
        raise fault("listen", "is not a host and a port", remedy="Write it as 127.0.0.1:8000.")
    if made.proxy and not is_address(made.proxy):
        raise fault("proxy", "is not an IP address", remedy="Give the address from which the hospital's proxy calls.")
    check_mail(made)
    return made


def check_mail(made: Configuration) -> None:
    """Refuse a mail server whose address cannot be true, without telling its password."""
    if bool(made.mail) != bool(made.mail_from):
        lacking = "mail_from" if made.mail else "mail"
        raise fault(lacking, "is missing", remedy="Give both mail and mail_from, or neither.")
    if made.mail and not is_mail_server(made.mail):
        raise fault(
            "mail",
            "is not the address of a mail server",
            remedy="Write it as smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465.",
        )
    if made.mail_from and not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", made.mail_from):
        raise fault("mail_from", "is not a mail address", remedy="Write it as exchange@hospital.example.")


def is_mail_server(url: str) -> bool:
    """Tell whether an address names a mail server and nothing else."""
    try:
        parts = urlsplit(url)
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_plain = parts.path in ("", "/") and not parts.query and not parts.fragment
    return parts.scheme in MAIL_PORTS and bool(parts.hostname) and is_port and is_plain


def check_name(name: str) -> None:
    """Refuse a name that partners would not take from an invitation."""
    if not name.strip():
        raise fault("name", "is missing", remedy="Give the institution's name as people write it.")
    if len(name) > LONGEST_NAME or not shapes.is_clean(name):
        raise fault(
            "name",
            "is one that partners refuse",
            remedy=f"Write at most {LONGEST_NAME} characters, all visible and in normal form (NFC).",
        )


def is_loopback(host: str) -> bool:
    """Tell whether a host name means this very machine."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)


def is_address(host: str) -> bool:
    """Tell whether a host is given by its IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def fault(name: str, what: str, *, remedy: str) -> InvalidError:
    """Make the error for one line of ``node.toml``."""
    return InvalidError(f"'{name}' in node.toml {what}.", remedy)
