"""The APIs that Hansa serves, and what each says about itself in a manifest.

Every API has a namespace of its own for its entry, and its children stand in a fixed order
(``manifest-entry.xsd`` of each specification). Older majors stand beside the newest where
partners still ask for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

ORIGIN = "https://github.com/erasmus-without-paper"


@dataclass(frozen=True)
class Field:
    """One child of a manifest entry."""

    name: str
    is_required: bool

    @property
    def is_url(self) -> bool:
        """Tell whether the child holds an address."""
        return is_url(self.name)

    @property
    def is_limit(self) -> bool:
        """Tell whether the child says how many values one request may carry."""
        return is_limit(self.name)


@dataclass(frozen=True)
class Specification:
    """One major version of an API."""

    name: str
    version: str
    repository: str
    fields: tuple[Field, ...]

    @property
    def major(self) -> int:
        """Return the first number of the version, which is that of the namespace."""
        return int(self.version.partition(".")[0])

    @property
    def namespace(self) -> str:
        """Return the namespace of the manifest entry."""
        return f"{ORIGIN}/ewp-specs-api-{self.repository}/blob/stable-v{self.major}/manifest-entry.xsd"


def is_url(name: str) -> bool:
    """Tell whether a child of an entry is an address, by its name."""
    return name == "url" or name.endswith("-url")


def is_limit(name: str) -> bool:
    """Tell whether a child of an entry is a limit, by its name."""
    return name.startswith("max-")


def _of(name: str, version: str, *fields: str, repository: str = "") -> Specification:
    """Return a specification; a field that may be left out is written with a question mark."""
    read = tuple(Field(field.removesuffix("?"), not field.endswith("?")) for field in fields)
    return Specification(name, version, repository or name, read)


_IDS = "max-omobility-ids"

ALL: tuple[Specification, ...] = (
    _of("discovery", "6.0.0", "url"),
    _of("echo", "2.0.1", "url"),
    _of("institutions", "2.2.0", "url", "max-hei-ids"),
    _of("organizational-units", "2.1.1", "url", "max-ounit-ids", "max-ounit-codes", repository="ounits"),
    _of("factsheet", "1.2.0", "url", "max-hei-ids"),
    _of("file", "1.0.0", "url"),
    _of("iias", "7.0.0", "get-url", "max-iia-ids", "index-url", "stats-url?"),
    _of("iia-cnr", "3.0.0", "url"),
    _of("iias-approval", "2.0.0", "url", "max-iia-ids"),
    _of("iia-approval-cnr", "2.0.0", "url"),
    _of("omobilities", "3.0.0", "get-url", "index-url", "update-url", _IDS),
    _of("omobilities", "2.0.0", "get-url", "index-url", _IDS, "sends-notifications?"),
    _of("omobility-cnr", "2.0.0", "url", _IDS),
    _of("omobility-cnr", "1.0.0", "url", _IDS),
    _of("omobility-stats", "1.0.0", "url"),
    _of("omobility-las", "1.2.0", "get-url", "index-url", "update-url?", "stats-url?", _IDS),
    _of("omobility-la-cnr", "1.1.0", "url", "stats-url?", _IDS),
    _of("imobilities", "2.0.0", "get-url", _IDS),
    _of("imobilities", "1.0.0", "get-url", _IDS, "sends-notifications?"),
    _of("imobility-cnr", "2.0.0", "url", _IDS),
    _of("imobility-cnr", "1.0.0", "url", _IDS),
    _of("imobility-tors", "3.0.0", "get-url", "index-url", _IDS),
    _of("imobility-tors", "2.0.0", "get-url", "index-url", _IDS, "sends-notifications?"),
    _of("imobility-tor-cnr", "2.0.0", "url", _IDS),
    _of("imobility-tor-cnr", "1.0.0", "url", _IDS),
    _of("imobility-tor-stats", "1.0.0", "url"),
)

#: The same by the namespace of the manifest entry.
BY_NAMESPACE: Mapping[str, Specification] = MappingProxyType({one.namespace: one for one in ALL})
#: The same by name and major version.
BY_NAME: Mapping[tuple[str, int], Specification] = MappingProxyType({(one.name, one.major): one for one in ALL})
