"""For which node a command works, and in whose name."""

import os
import uuid
from typing import Annotated, Any

import typer

from hansa.lib.errors import InvalidError, RefusedError

ByOption = Annotated[
    str,
    typer.Option("--by", envvar="HANSA_BY", metavar="USERNAME", help="In whose name it is done.", show_default=False),
]
ReaderOption = Annotated[
    str,
    typer.Option(
        "--by", envvar="HANSA_BY", metavar="USERNAME", help="Say what this person can do now.", show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
#: What people call a record by, kind by kind the first field that it has.
NAMES = ("username", "institution", "hash", "name", "title")
SHORTEST = 6


def enter(*, made: bool = True) -> None:
    """Start Django for the chosen node; ``made`` says that there has to be one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hansa.node.settings")
    import django
    from django.apps import apps
    from django.conf import settings

    if made and not settings.NODE.is_made:
        raise InvalidError(
            f"There is no node in {settings.HANSA_NODE}.",
            "Make one with: hansa init DIRECTORY, or name one with --node.",
        )
    if not apps.ready:
        django.setup()


def actor(username: str) -> Any:
    """Return the person in whose name a command is done."""
    from hansa.kernel.models import Person

    found = Person.objects.filter(username=username.casefold(), state=Person.State.ACTIVE).first()
    if found is None:
        raise RefusedError("Nobody with this user name is active at this node.", "See: hansa people list")
    return found


def find(noun: str, key: str) -> Any:
    """Return a record by its id, the beginning of it, its URN, or the name people call it by."""
    from hansa.kernel.reading import kinds

    kind = kinds()[noun]
    found = kind.objects.all()
    columns = {field.name for field in kind._meta.concrete_fields}
    text = key.rpartition(":")[2] if key.startswith("urn:hansa:") else key
    name = next((name for name in NAMES if name in columns), None)
    if is_uuid(text):
        found = found.filter(pk=text)
    elif name and found.filter(**{name: key}).exists():
        found = found.filter(**{name: key})
    else:
        ids = [str(pk) for pk in found.values_list("pk", flat=True)]
        found = found.filter(pk__in=[pk for pk in ids if len(text) >= SHORTEST and pk.startswith(text)])
    if found.count() != 1:
        raise InvalidError(f"There is no single one of the {noun} called '{key}'.", f"See: hansa {noun} list")
    return found.get()


def is_uuid(text: str) -> bool:
    """Tell whether a text is a whole id."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
