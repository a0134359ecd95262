"""Make a node: a directory with its description, its keys and its database."""

import json
import os
import secrets
import shutil
from pathlib import Path

from hansa.lib.errors import InvalidError
from hansa.lib.keys import SealingKey, SigningKey
from hansa.node.configuration import Configuration, check

DATABASE_REMEDY = "Check its address, and that its user may make tables; then try again."
HEADER = """\
# Who this node is. The only file of this directory that a person edits; restart the node afterwards.
# institution  the ROR id, from ror.org
# name         as people write it
# address      where partners reach this node; leave it out where the node can only dial out
# listen       host and port on this machine
# language     en, de or sv, for people who chose none
# database     postgresql://USER:PASSWORD@HOST/DATABASE; SQLite beside this file where left out
# hosts        further host names under which people open the pages
# proxy        IP address of the hospital's proxy, where one adds https and sets X-Forwarded-For and -Proto
"""


def initialise(
    directory: Path,
    *,
    institution: str,
    name: str,
    address: str = "",
    listen: str = "127.0.0.1:8000",
    language: str = "en",
    database: str = "",
) -> Configuration:
    """Make a complete node and its empty database, or raise InvalidError and leave the directory alone."""
    made = prepare(
        directory,
        institution=institution,
        name=name,
        address=address,
        listen=listen,
        language=language,
        database=database,
    )
    try:
        migrate(made.directory)
    except Exception:
        # Half a node would only be in the way; nobody has seen its keys yet.
        shutil.rmtree(made.directory)
        raise
    return made


def prepare(directory: Path, **given: str) -> Configuration:
    """Write the description and the keys of a new node; the database comes with ``migrate``."""
    made = check({key: value for key, value in given.items() if value}, directory=directory.absolute())
    if directory.exists() and any(directory.iterdir()):
        raise InvalidError(
            f"{directory} is not empty.", "Choose a new directory; a node is never made over another one."
        )
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    keys = directory / "keys"
    keys.mkdir(mode=0o700)
    write_private(keys / "signing.pem", SigningKey.generate().pem())
    write_private(keys / "sealing.pem", SealingKey.generate().pem())
    write_private(keys / "secret", secrets.token_urlsafe(32).encode())
    if not made.database:
        # SQLite gives its side files the mode of the main file.
        write_private(directory / "hansa.sqlite3", b"")
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in given.items() if value]
    # Written last: a directory with this file is a whole node.
    write_private(directory / "node.toml", "".join([HEADER, *lines]).encode())
    return made


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read, down to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def wake(directory: Path) -> None:
    """Let this process work for a node."""
    os.environ["HANSA_NODE"] = str(directory)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hansa.node.settings")
    import django  # noqa: PLC0415 -- Django reads the directory when it is imported by the settings
    from django.conf import settings  # noqa: PLC0415 -- as above

    if settings.configured and directory != settings.HANSA_NODE:
        raise InvalidError(f"This process already works for the node in {settings.HANSA_NODE}.", "Start another.")
    django.setup()


def migrate(directory: Path) -> None:
    """Bring the database of a node to the form that this version needs."""
    wake(directory)
    from django.core.management import call_command  # noqa: PLC0415 -- only now there is a node to work for
    from django.db import DatabaseError  # noqa: PLC0415 -- as above

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise InvalidError("The node's database cannot be reached or written.", DATABASE_REMEDY) from error
