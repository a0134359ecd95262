"""Bring a node back from a copy, unless its ledger would then say something else than before.

Everything happens in a directory beside the one that is asked for: the copy is laid out
there, its hashes and its ledger are computed anew, and partners are asked what they saw.
Only when nothing speaks against it do the two directories change places; what lay there
before is kept, whole and under another name.
"""

import json
import secrets
import shutil
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hansa.kernel import backup
from hansa.kernel.backup import Manifest
from hansa.lib.canonical import parse
from hansa.lib.errors import HansaError, InvalidError, RefusedError
from hansa.lib.merkle import Frontier, leaf_hash
from hansa.node.configuration import Configuration, load, postgresql
from hansa.node.initialise import migrate, wake, write_private

if TYPE_CHECKING:
    from hansa.kernel.models import Partner
    from hansa.kernel.recall import Seen

LONGEST_QUESTION = 2**20
BUSY = {
    "error": "restoring",
    "message": "This node is being brought back from a copy.",
    "remedy": "Nothing is lost: it is tried again by itself.",
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How the person who restores wants it."""

    passphrase: str = ""
    loss: str = ""
    without: tuple[str, ...] = ()
    seconds: float = 60.0
    database: str = ""
    say: Callable[[str], object] = str


def restore(file: Path, directory: Path, *, wish: Wish) -> Manifest:
    """Bring a node back from a copy, or raise an error and leave the directory as it was."""
    directory = directory.absolute()
    directory.parent.mkdir(parents=True, exist_ok=True)
    stage = directory.with_name(f".{directory.name}.restored-{secrets.token_hex(4)}")
    stage.mkdir(mode=0o700)
    try:
        manifest = lay_out(file, stage, beside=directory, wish=wish)
        made = load(stage)
        demand_stopped(made)
        with filled(made, manifest=manifest):
            judge(made, manifest=manifest, lying=directory, wish=wish)
    except BaseException:
        shutil.rmtree(stage)
        raise
    swap(stage, directory, say=wish.say)
    return manifest


def lay_out(file: Path, stage: Path, *, beside: Path, wish: Wish) -> Manifest:
    """Lay a checked copy out as the directory of a node, with the keys and the description that are there already."""
    manifest = backup.unpack(file, stage)
    (stage / backup.MANIFEST).unlink(missing_ok=True)
    keys = keys_for(stage, beside=beside, passphrase=wish.passphrase)
    if not wish.loss:
        backup.check_keys(manifest, keys["signing.pem"])
    (stage / "keys").mkdir(mode=0o700)
    for name, content in keys.items():
        write_private(stage / "keys" / name, content)
    for name in (backup.NODE, backup.DATA):
        if (beside / name).is_file() and (name == backup.NODE or not (stage / name).exists()):
            shutil.copyfile(beside / name, stage / name)
    for path in stage.iterdir():
        path.chmod(0o700 if path.is_dir() else 0o600)
    if wish.database:
        rename_database(stage / backup.NODE, wish.database)
    if load(stage).institution != manifest.institution:
        raise InvalidError(f"{beside} is the node of another institution.", "Name another directory.")
    return manifest


def rename_database(description: Path, address: str) -> None:
    """Write another PostgreSQL database into the description of a node."""
    postgresql(address)
    lines = description.read_text(encoding="utf-8").splitlines()
    # What stands below the heading of an area's table belongs to that table.
    end = next((number for number, line in enumerate(lines) if line.startswith("[")), len(lines))
    top = [line for line in lines[:end] if not line.startswith("database")]
    description.write_text("\n".join([*top, f"database = {json.dumps(address)}", *lines[end:], ""]), encoding="utf-8")


def keys_for(stage: Path, *, beside: Path, passphrase: str) -> dict[str, bytes]:
    """Return the private keys: those in the copy, if a passphrase opens them, or those that lie in the directory."""
    sealed = stage / backup.KEYS
    content = sealed.read_bytes() if sealed.exists() else b""
    sealed.unlink(missing_ok=True)
    if content and passphrase:
        return backup.unseal_keys(content, passphrase=passphrase)
    try:
        return backup.keys_in(beside)
    except OSError as absent:
        remedy = "Give the passphrase that opens the keys in this copy: --passphrase-file FILE"
        if not content:
            remedy = f"This copy holds no keys: lay signing.pem, sealing.pem and secret into {beside / 'keys'}."
        raise InvalidError("Without its keys a node cannot speak.", remedy) from absent


def demand_stopped(made: Configuration) -> None:
    """Raise RefusedError while something answers where the node listens."""
    host, _, port = made.listen.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=2).close()
    except OSError:
        return
    raise RefusedError(f"Something answers at {made.listen}: a node still runs there.", "Stop it, then try again.")


@contextmanager
def filled(made: Configuration, *, manifest: Manifest) -> Iterator[None]:
    """Bring the database of the copy to the form of this version, and take it out again if the node may not speak."""
    held = backup.POSTGRESQL if made.database else backup.SQLITE
    if held not in manifest.parts:
        raise InvalidError(
            "The copy is of another kind of database than node.toml names.",
            "Remove or write the line 'database' in the node.toml of the directory.",
        )
    if not made.database:
        backup.check_ledger(manifest, backup.tree_of(made.directory / backup.SQLITE))
        migrate(made.directory)
        yield
        return
    fill_postgresql(made.directory)
    try:
        migrate(made.directory)
        yield
    except BaseException:
        empty_again()
        raise


def fill_postgresql(stage: Path) -> None:
    """Let pg_restore fill the database that node.toml names, which must be empty."""
    wake(stage)
    from django.db import connection  # noqa: PLC0415 -- only now there is a node to work for

    if connection.introspection.table_names():
        raise RefusedError(
            "The PostgreSQL database that node.toml names is not empty.",
            "Make a new one (createdb) and name it: --database postgresql://USER:PASSWORD@HOST/DATABASE",
        )
    name = connection.settings_dict["NAME"]
    options = ("--single-transaction", "--no-owner", "--no-privileges", f"--dbname={name}")
    backup.run_for_postgresql("pg_restore", *options, str(stage / backup.POSTGRESQL))
    (stage / backup.POSTGRESQL).unlink()


def empty_again() -> None:
    """Take out of a PostgreSQL database, which was empty, what was put there in vain."""
    from django.db import connection  # noqa: PLC0415 -- only now there is a node to work for

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def judge(made: Configuration, *, manifest: Manifest, lying: Path, wish: Wish) -> None:
    """Hold the copy against what lies in the directory and what partners saw; declare what is lost."""
    from hansa.kernel import ledger, recall  # noqa: PLC0415 -- only now there is a node to work for

    if (ledger.size(), ledger.root()) != (manifest.size, manifest.root) or (faults := ledger.verify()):
        raise InvalidError(f"The ledger in this copy does not hold. {' '.join(faults[:1])}", "Take another copy.")
    ahead = ahead_of(made, lying=lying)
    heard = hear_partners(wish)
    if wish.loss:
        recall.demand_all_heard(heard, without=wish.without)
    elif ahead:
        raise RefusedError(ahead, recall.NEWER)
    else:
        recall.demand_nothing_lost(heard, without=wish.without)
    recall.resume(heard, reason=wish.loss)
    wish.say(f"The ledger of {manifest.size} entries holds; {len(heard)} partners said what they saw of it.")


def ahead_of(made: Configuration, *, lying: Path) -> str:
    """Return why the ledger that lies in the directory forbids to bring this copy back, or nothing."""
    old = load(lying)
    if not made.database and (lying / backup.SQLITE).exists():
        return backup.compare(made.directory / backup.SQLITE, lying / backup.SQLITE)
    if made.database and old.database and old.database != made.database:
        return postgresql_ahead_of(old.database)
    return ""


def postgresql_ahead_of(address: str) -> str:
    """Return why the ledger in a PostgreSQL database forbids to bring this copy back, or nothing."""
    from django.db import DatabaseError  # noqa: PLC0415 -- only now there is a node to work for
    from django.db.utils import ConnectionHandler  # noqa: PLC0415 -- as above

    from hansa.kernel import ledger  # noqa: PLC0415 -- as above

    other, theirs = ConnectionHandler({"default": postgresql(address)})["default"], Frontier()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT body FROM kernel_ledgerentry ORDER BY position")
            for (body,) in cursor:
                theirs.add(leaf_hash(body.encode()))
    except DatabaseError:
        # A broken database is the reason for many a restore; then only partners can tell.
        return ""
    finally:
        other.close()
    if theirs.size > ledger.size():
        return f"The ledger in the database before has {theirs.size} entries; this copy knows only {ledger.size()}."
    return "" if theirs.root() == ledger.root(theirs.size) else "The ledger in the database before is another one."


def hear_partners(wish: Wish) -> "dict[str, Seen]":
    """Ask the partners that can be reached, and wait a while for those that only dial out."""
    from hansa.kernel import recall  # noqa: PLC0415 -- only now there is a node to work for
    from hansa.kernel.identity import own  # noqa: PLC0415 -- as above

    heard: dict[str, Seen] = {}
    dialling: dict[str, Partner] = {}
    for partner in recall.concerned().exclude(institution__in=wish.without):
        if not partner.address:
            dialling[partner.institution] = partner
            continue
        try:
            heard[partner.institution] = ask(partner)
        except HansaError as trouble:
            wish.say(str(trouble))
    if dialling and own().address:
        names = ", ".join(partner.name for partner in dialling.values())
        wish.say(f"Waiting until they call, {wish.seconds:g} seconds at most: {names}")
        heard |= listen(dialling, seconds=wish.seconds)
    return heard


def ask(partner: "Partner") -> "Seen":
    """Ask one partner what it saw of this node."""
    from hansa.kernel import recall  # noqa: PLC0415 -- only now there is a node to work for
    from hansa.kernel.courier import Line  # noqa: PLC0415 -- as above
    from hansa.kernel.identity import own  # noqa: PLC0415 -- as above

    token = recall.question(partner.institution)
    told = Line(partner.address, who=partner.name).post("/letters/seen", {"from": own().id, "question": token})
    return recall.hear(partner, told.get("seen"), asked=token)


def listen(dialling: "dict[str, Partner]", *, seconds: float) -> "dict[str, Seen]":
    """Stand at this node's door, and from each call take only what the caller says it saw."""
    from django.conf import settings  # noqa: PLC0415 -- only now there is a node to work for

    from hansa.kernel import recall  # noqa: PLC0415 -- as above

    heard: dict[str, Seen] = {}

    class Door(BaseHTTPRequestHandler):
        """Answers everybody that the node is busy."""

        timeout = 5

        def do_POST(self) -> None:
            """Take what a partner says it saw."""
            try:
                body: Any = parse(self.rfile.read(min(int(self.headers["Content-Length"] or 0), LONGEST_QUESTION)))
                partner = dialling[body["from"]]
                heard[partner.institution] = recall.hear(partner, body.get("seen"))
            except (HansaError, LookupError, TypeError, ValueError, AttributeError):
                self.log_request()
            answer = json.dumps(BUSY).encode()
            self.send_response(503)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_about: object) -> None:
            """Keep quiet."""

    host, _, port = settings.NODE_LISTEN.rpartition(":")
    end = time.monotonic() + seconds
    with HTTPServer((host, int(port)), Door) as server:
        while set(heard) != set(dialling) and (left := end - time.monotonic()) > 0:
            server.timeout = left
            server.handle_request()
    return heard


def swap(stage: Path, directory: Path, *, say: Callable[[str], object]) -> None:
    """Let the directory that was made take the place of the one that lay there."""
    from django.db import connections  # noqa: PLC0415 -- only now there is a node to work for
    from django.utils import timezone  # noqa: PLC0415 -- as above

    connections.close_all()
    if directory.exists():
        kept = directory.with_name(f"{directory.name}.before-{timezone.now():%Y%m%dT%H%M%SZ}")
        directory.rename(kept)
        say(f"What lay in {directory} is kept in {kept}.")
    stage.rename(directory)


def said_without(names: Iterable[str]) -> tuple[str, ...]:
    """Return institutions as their ids."""
    return tuple(name if name.startswith("https://") else f"https://ror.org/{name}" for name in names)
