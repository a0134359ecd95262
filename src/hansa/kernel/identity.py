"""Who this node is: the institution it speaks for, its keys, its secret.

Everything comes from the node's directory, which `hansa init` makes:
``node.toml`` says who and where, ``keys/`` holds the two private keys and the
secret, all readable by the owner alone. Nothing of it is ever in the database,
so a copy of the database cannot speak for the institution. While keys change
(kernel.rotation) the next pair lies beside the present one, and letters sealed to
either are opened.
"""

import os
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from hansa.lib.errors import InvalidError
from hansa.lib.keys import Identity, SealingKey, SigningKey

PAIR = ("signing", "sealing")
NEXT = ("next-signing", "next-sealing")


@dataclass(frozen=True, kw_only=True)
class Own:
    """The institution this node speaks for."""

    id: str
    name: str
    address: str
    signing: SigningKey
    sealing: SealingKey
    secret: bytes
    directory: Path
    openers: tuple[SealingKey, ...]

    @property
    def identity(self) -> Identity:
        """Return what partners may know."""
        return Identity(id=self.id, signing=self.signing.public, sealing=self.sealing.public)


def own() -> Own:
    """Return who this node is."""
    # Another process of the node may have changed its keys.
    return _load(Path(settings.HANSA_NODE), tuple(_stamp(path) for path in _files(settings.HANSA_NODE)))


def forget() -> None:
    """Read the node's directory anew at the next call, after its keys changed."""
    _load.cache_clear()


@lru_cache(maxsize=4)
def _files(directory: Path) -> tuple[str, ...]:
    return tuple(str(directory / "keys" / f"{name}.pem") for name in PAIR + NEXT)


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        seen = os.stat(path)  # noqa: PTH116 -- called for every letter several times; half as long as through Path
    except FileNotFoundError:
        return None
    return seen.st_ino, seen.st_mtime_ns


@lru_cache(maxsize=4)
def _load(directory: Path, _stamps: tuple[tuple[int, int] | None, ...]) -> Own:
    try:
        about = tomllib.loads((directory / "node.toml").read_text(encoding="utf-8"))
        keys = directory / "keys"
        openers = [SealingKey.from_pem((keys / "sealing.pem").read_bytes())]
        with suppress(FileNotFoundError):
            # It may be renamed at this very moment; the next call sees that and reads anew.
            openers.append(SealingKey.from_pem((keys / "next-sealing.pem").read_bytes()))
        return Own(
            id=about["institution"],
            name=about["name"],
            address=about.get("address", ""),
            signing=SigningKey.from_pem((keys / "signing.pem").read_bytes()),
            sealing=openers[0],
            openers=tuple(openers),
            secret=(keys / "secret").read_bytes(),
            directory=directory,
        )
    except FileNotFoundError as absent:
        raise InvalidError(f"{absent.filename} is missing.", f"Make the node with: hansa init {directory}") from absent
