"""Backup: a copy of the whole node in one file, made while the node runs.

The file is a tar with the node's description, its database as it stood at one moment,
and a manifest that the node signs: how many entries the ledger had, their root, the
hash of every part. Whoever brings the node back can therefore tell a whole copy from a
broken one, and an old copy from a new one. The private keys are only ever inside under
a passphrase (scrypt, RFC 7914, and AES-256-GCM); without them the copy is data alone
and cannot speak for the institution.

This module writes and reads the file. Whether a copy may speak again is another
question, which partners answer: see recall.
"""

import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.db import connection
from django.utils import timezone

from hansa import __version__
from hansa.kernel.identity import own
from hansa.lib import checkpoints, merkle
from hansa.lib.canonical import JSON, decode64, encode64, parse
from hansa.lib.errors import HansaError, InvalidError, ProofError, RefusedError
from hansa.lib.keys import Identity, SigningKey
from hansa.lib.letters import moment
from hansa.lib.merkle import Frontier
from hansa.lib.signatures import payload_of, sign, verify

KIND = "backup"
MANIFEST, NODE, SQLITE, POSTGRESQL = "manifest.jws", "node.toml", "hansa.sqlite3", "database.dump"
DATA, KEYS = "research.duckdb", "keys.sealed"
PARTS = frozenset({NODE, SQLITE, POSTGRESQL, DATA, KEYS})
KEY_FILES = ("signing.pem", "sealing.pem", "secret")
FIELDS = {"hansa", "institution", "name", "identity", "version", "at", "size", "checkpoint", "parts"}
SHORTEST_PASSPHRASE = 12
PATIENCE, PAUSE = 10.0, 0.05
# 128 MiB and about half a second for each guess (RFC 7914; OWASP's first choice for scrypt).
COST = {"n": 2**17, "r": 8, "p": 1}
WRITE_ANEW = "Take another copy; this one cannot be used."


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a copy holds, in the words of the node that made it."""

    institution: str
    name: str
    identity: Identity
    version: str
    at: str
    size: int
    root: bytes
    parts: dict[str, dict[str, JSON]]

    @property
    def about(self) -> str:
        """Return in one line what the copy is of."""
        return f"{self.name}, {self.size} entries, made {self.at} by Hansa {self.version}"


def backup(file: Path, *, data: bool = False, passphrase: str = "") -> Manifest:
    """Write a copy of this node into a new file that only its owner can read."""
    if file.exists():
        raise InvalidError(f"{file} is there already.", "Name a new file; a copy is never written over another one.")
    if passphrase and len(passphrase) < SHORTEST_PASSPHRASE:
        raise InvalidError(f"The passphrase has fewer than {SHORTEST_PASSPHRASE} characters.", "Take a longer one.")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".hansa-backup-") as place:
        folder = Path(place)
        note = copy_database(folder)
        shutil.copyfile(own().directory / NODE, folder / NODE)
        if data:
            copy_data(folder)
        if passphrase:
            (folder / KEYS).write_bytes(seal_keys(keys_in(own().directory), passphrase=passphrase))
        (folder / MANIFEST).write_text(signed_manifest(folder, note=note), encoding="ascii")
        pack(folder, file)
    return read_manifest(signed_manifest_of(file))


def copy_database(folder: Path) -> str:
    """Copy the database as it stands at one moment; return the checkpoint of the ledger in the copy."""
    if connection.vendor == "postgresql":
        return dump(folder / POSTGRESQL)
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=20)) as source:
        # Besides being consistent while others write, this leaves out what was deleted.
        source.execute("VACUUM INTO ?", [str(folder / SQLITE)])
    tree = tree_of(folder / SQLITE)
    return checkpoints.write(tree.size, tree.root(), key=own().signing, name=own().id)


def dump(file: Path) -> str:
    """Let pg_dump copy the PostgreSQL database as this transaction sees it; return the checkpoint."""
    if shutil.which("pg_dump") is None:
        raise RefusedError(
            "This node keeps its records in PostgreSQL, and pg_dump is not on this machine.",
            "Install it (apt-get install postgresql-client) in the version of the server, or newer.",
        )
    from hansa.kernel import ledger  # noqa: PLC0415 -- a copy is also read where no node is set up yet

    with connection.cursor() as cursor:
        # A transaction of its own, begun by hand: it only reads, so it must not wait for its turn to write.
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            cursor.execute("SELECT pg_export_snapshot()")
            run_for_postgresql("pg_dump", "--format=custom", f"--snapshot={cursor.fetchone()[0]}", f"--file={file}")
            return ledger.checkpoint()
        finally:
            cursor.execute("ROLLBACK")


def run_for_postgresql(program: str, *options: str) -> None:
    """Run one of PostgreSQL's programs on this node's database; its password stays off the command line."""
    given = connection.settings_dict
    address = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    named = {variable: str(given[key]) for variable, key in address.items() if given[key]}
    done = subprocess.run(  # noqa: S603 -- a fixed program with options made here
        [shutil.which(program) or program, "--no-password", *options],
        env={**os.environ, **named},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()[:1]
        raise RefusedError(f"{program} ends with: {' '.join(said)}", "Ask whoever looks after the database.")


def copy_data(folder: Path) -> None:
    """Copy the research data, as far as they are whole at this moment."""
    path = own().directory / DATA
    if not path.exists():
        return
    # No extension is fetched, and nothing but the two files is reached.
    with duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}) as database:
        attach(database, path, until=time.monotonic() + PATIENCE)
        database.execute(f"ATTACH '{quoted(folder / DATA)}' AS copy")
        database.execute("SET enable_external_access = false")
        database.execute("COPY FROM DATABASE source TO copy")


def attach(database: duckdb.DuckDBPyConnection, path: Path, *, until: float) -> None:
    """Open the research data to read them, waiting a little while the node itself has them open."""
    while True:
        try:
            database.execute(f"ATTACH '{quoted(path)}' AS source (READ_ONLY)")
        except duckdb.IOException as busy:
            if time.monotonic() > until:
                raise RefusedError(
                    "The research data cannot be copied now: another process holds them, or they are broken.",
                    "Wait until no study and no import runs, and try again.",
                ) from busy
            time.sleep(PAUSE)
        else:
            return


def quoted(path: Path) -> str:
    """Return a path as it stands inside a text of SQL."""
    return str(path).replace("'", "''")


def signed_manifest(folder: Path, *, note: str) -> str:
    """Return the signed list of the parts in a folder."""
    payload: dict[str, JSON] = {
        "hansa": "backup/1",
        "institution": own().id,
        "name": own().name,
        "identity": own().identity.to_json(),
        "version": __version__,
        "at": moment(timezone.now()),
        "size": checkpoints.parse(note).checkpoint.size,
        "checkpoint": note,
        "parts": {path.name: fingerprint(path) for path in sorted(folder.iterdir())},
    }
    return sign(payload, key=own().signing, kind=KIND)


def fingerprint(path: Path) -> dict[str, JSON]:
    """Return length and hash of a file."""
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def pack(folder: Path, file: Path) -> None:
    """Put the files of a folder into one tar, down to the disk and readable by its owner alone."""
    descriptor = os.open(folder / "packed", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
            # The manifest stands first, so that a copy can be told by its beginning.
            for path in sorted(folder.iterdir(), key=lambda path: (path.name != MANIFEST, path.name)):
                if path.name != "packed":
                    tar.add(path, arcname=path.name, filter=nameless)
        packed.flush()
        os.fsync(packed.fileno())
    # Fails rather than replaces, should somebody have made the file meanwhile.
    os.link(folder / "packed", file)


def nameless(part: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out who owned a file on the machine where the copy was made."""
    part.uid = part.gid = 0
    part.uname = part.gname = ""
    part.mode = 0o600
    return part


def keys_in(directory: Path) -> dict[str, bytes]:
    """Return the private keys of a node by the names of their files: its own, the next if made, those of areas."""
    names = {*KEY_FILES, *(path.name for path in (directory / "keys").glob("*.pem"))}
    return {name: (directory / "keys" / name).read_bytes() for name in sorted(names)}


def seal_keys(keys: dict[str, bytes], *, passphrase: str) -> bytes:
    """Return the private keys under a passphrase."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    plain = json.dumps({name: encode64(content) for name, content in keys.items()}).encode()
    sealed = AESGCM(stretch(passphrase, salt=salt)).encrypt(nonce, plain, KEYS.encode())
    outside = {"hansa": "keys/1", "salt": encode64(salt), "nonce": encode64(nonce), "sealed": encode64(sealed)}
    return json.dumps(outside).encode()


def unseal_keys(content: bytes, *, passphrase: str) -> dict[str, bytes]:
    """Return the private keys, or raise InvalidError for a wrong passphrase."""
    try:
        outside = parse(content)
        salt, nonce, sealed = (decode64(outside[name]) for name in ("salt", "nonce", "sealed"))
        plain = AESGCM(stretch(passphrase, salt=salt)).decrypt(nonce, sealed, KEYS.encode())
    except InvalidTag:
        raise InvalidError("The passphrase does not open the keys in this copy.", "Check it, and try again.") from None
    except (KeyError, TypeError, ValueError) as broken:
        raise InvalidError("The keys in this copy cannot be read.", WRITE_ANEW) from broken
    return {Path(name).name: decode64(text) for name, text in parse(plain).items()}


def stretch(passphrase: str, *, salt: bytes) -> bytes:
    """Return the key that a passphrase stands for; slow on purpose."""
    return Scrypt(salt=salt, length=32, **COST).derive(passphrase.encode())


def unpack(file: Path, folder: Path) -> Manifest:
    """Lay the parts of a copy into a folder after checking manifest and hashes, or raise InvalidError."""
    manifest = read_manifest(signed_manifest_of(file))
    try:
        lay(file, folder)
    except tarfile.TarError as cut:
        raise InvalidError(f"{file} ends too early.", WRITE_ANEW) from cut
    found = {path.name: fingerprint(path) for path in folder.iterdir()}
    for name in sorted({*found, *manifest.parts}):
        if found.get(name) != manifest.parts.get(name):
            raise InvalidError(f"The part {name} of {file} is not what the manifest says.", WRITE_ANEW)
    return manifest


def opened(file: Path) -> tarfile.TarFile:
    """Open the file of a copy."""
    try:
        return tarfile.open(file, mode="r:")
    except (OSError, tarfile.TarError) as wrong:
        raise InvalidError(f"{file} is no copy of a node.", "Name a file that hansa backup wrote.") from wrong


def lay(file: Path, folder: Path) -> None:
    """Write the parts of a copy into a folder, and nothing else that may be in a tar: no paths, no links."""
    with opened(file) as tar:
        for member in tar:
            content: Any = tar.extractfile(member) if member.isreg() else None
            if member.name not in PARTS or content is None:
                continue
            if (folder / member.name).exists():
                raise InvalidError(f"{file} holds {member.name} twice.", WRITE_ANEW)
            with (folder / member.name).open("xb") as part:
                shutil.copyfileobj(content, part)


def signed_manifest_of(file: Path) -> str:
    """Return the manifest of a copy, not yet checked."""
    with opened(file) as tar:
        first = tar.next()
        content: Any = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
        if content is None:
            raise InvalidError(f"{file} has no manifest.", "Name a file that hansa backup wrote.")
        return str(content.read(2**20), "ascii", "replace")


def read_manifest(token: str) -> Manifest:
    """Return what a manifest says after checking that the node it is of signed it."""
    claimed = payload_of(token)
    if not isinstance(claimed, dict) or set(claimed) != FIELDS or claimed["hansa"] != "backup/1":
        raise InvalidError("The manifest of this copy is of no known version.", "Use the version of Hansa it names.")
    identity = Identity.from_json(claimed["identity"])
    verify(token, key=identity.signing, kind=KIND)
    seen = checkpoints.verify(claimed["checkpoint"], key=identity.signing, name=claimed["institution"])
    named = {name: claimed[name] for name in ("institution", "name", "version", "at", "size", "parts")}
    return Manifest(identity=identity, root=seen.root, **named)


def check_keys(manifest: Manifest, signing: bytes) -> None:
    """Raise InvalidError unless a private signing key is that of the node which made the copy."""
    if SigningKey.from_pem(signing).public.text != manifest.identity.signing.text:
        raise InvalidError(
            f"The signing key is not the one of {manifest.name} when this copy was made.",
            "Bring the keys of this copy. Where they were changed since, tell all partners: --declare-loss REASON",
        )


def tree_of(database: Path, *, upto: int | None = None) -> Frontier:
    """Compute the tree of the ledger in a SQLite file from its entries, or from the first of them."""
    tree = Frontier()
    query = "SELECT position, body FROM kernel_ledgerentry ORDER BY position LIMIT ?"
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=rw", uri=True, timeout=20)) as source:
            for position, body in source.execute(query, [-1 if upto is None else upto]):
                if position != tree.size:
                    raise ProofError(f"Entry {tree.size} of the ledger in {database} is missing.", WRITE_ANEW)
                tree.add(merkle.leaf_hash(body.encode()))
    except sqlite3.Error as broken:
        raise InvalidError(f"The ledger in {database} cannot be read: {broken}.", WRITE_ANEW) from broken
    return tree


def check_ledger(manifest: Manifest, tree: Frontier) -> None:
    """Raise ProofError unless a ledger is the one that the manifest was signed for."""
    if (tree.size, tree.root()) != (manifest.size, manifest.root):
        raise ProofError("The ledger in this copy is not the one its manifest was signed for.", WRITE_ANEW)


def compare(copy: Path, lying: Path) -> str:
    """Return why the ledger that lies in another database forbids to bring this copy back, or nothing."""
    ours = tree_of(copy)
    try:
        theirs = tree_of(lying)
    except HansaError:
        # A broken database is the reason for many a restore; then only partners can tell.
        return ""
    if theirs.size > ours.size:
        return f"The ledger in {lying} has {theirs.size} entries; this copy knows only {ours.size}."
    if tree_of(copy, upto=theirs.size).root() != theirs.root():
        return f"The ledger in {lying} is another one than that of this copy."
    return ""
