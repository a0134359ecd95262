"""The register of areas: what each package under ``areas`` tells the node about itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.functional import Promise

from hansa.kernel.actions import ACTIONS, Action
from hansa.kernel.models.records import Record
from hansa.kernel.people import Role, add_role, grant
from hansa.kernel.policy import VOCABULARIES
from hansa.lib.terms import Vocabulary


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

    def __post_init__(self) -> None:
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
