"""The register of areas: what each package under ``areas`` tells the node about itself."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.conf import settings
from django.utils.functional import Promise

from hansa.kernel.actions import ACTIONS, Action
from hansa.kernel.models.records import Record
from hansa.kernel.people import Role, add_role, grant
from hansa.kernel.policy import VOCABULARIES
from hansa.lib.terms import Vocabulary

DOOR = re.compile(r"/[a-z][a-z0-9-]*/")
TAKEN = ("/api/", "/letters/", "/login/", "/logout/", "/language/", "/account/", "/ledger/", "/static/")


@dataclass(frozen=True, kw_only=True)
class Area:
    """What an area tells the rest of the node about itself."""

    name: str
    title: str | Promise
    purpose: str | Promise
    records: tuple[type[Record], ...]
    vocabulary: Vocabulary
    grants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()
    # Where addresses begin at which only machines knock: no session, no cookie, no form; who calls proves it otherwise.
    doors: tuple[str, ...] = ()
    # Looks at the area's table of node.toml when the node starts, and raises InvalidError naming a wrong line.
    check_lines: Callable[[Mapping[str, Any]], object] = dict

    def __post_init__(self) -> None:
        for door in self.doors:
            if not DOOR.fullmatch(door) or door in TAKEN:
                raise AssertionError(f"{self.name}: a door is an address of its own such as /words/, not {door}")
        VOCABULARIES[self.name] = self.vocabulary
        for role in self.roles:
            add_role(role)
        for name, permissions in self.grants.items():
            grant(name, permissions)

    @property
    def actions(self) -> list[Action[Any]]:
        """Return this area's actions, in the order they were written."""
        nouns = {record.noun for record in self.records}
        return [action for action in ACTIONS.values() if action.noun in nouns]


@cache
def all_areas() -> tuple[Area, ...]:
    """Return every area this node runs."""
    return tuple(import_module(f"{path}.area").AREA for path in settings.AREAS)


def doors() -> tuple[str, ...]:
    """Return where the addresses begin at which only machines knock."""
    return tuple(door for area in all_areas() for door in area.doors)


def modules(name: str) -> list[ModuleType]:
    """Return the module or package of this name of every area that has one: views, api, commands, forms."""
    names = [f"{path}.{name}" for path in settings.AREAS]
    return [import_module(found) for found in names if find_spec(found) is not None]


def views_of() -> dict[str, ModuleType]:
    """Return what each area tells the pages, by the area's name; an area without ``views`` is left out."""
    packages = {module.__name__.rpartition(".")[0]: module for module in modules("views")}
    named = zip(settings.AREAS, all_areas(), strict=True)
    return {area.name: packages[path] for path, area in named if path in packages}
