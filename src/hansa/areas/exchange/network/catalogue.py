"""The registry's catalogue: fetched by job, kept in the database, read once and looked things up in."""

from functools import lru_cache

from hansa.areas.exchange.models import Catalogue as Row
from hansa.areas.exchange.network.membership import membership
from hansa.lib.ewp.catalogue import Catalogue, read_catalogue


def current() -> Catalogue:
    """Return the catalogue as it last came; empty before the first fetch."""
    member = membership()
    if member is None:
        return nothing()
    # The document is large; what tells versions apart is small.
    found = Row.objects.filter(registry=member.catalogue_url).values_list("pk", "etag", "at").first()
    return read(found[0], found[1] or found[2].isoformat()) if found is not None else nothing()


@lru_cache(maxsize=2)
def read(key: int, _version: str) -> Catalogue:
    """Return one kept catalogue, read; the same version is read once. One that never came is empty."""
    document = bytes(Row.objects.get(pk=key).document)
    return read_catalogue(document) if document else nothing()


@lru_cache(maxsize=1)
def nothing() -> Catalogue:
    """Return a catalogue without members."""
    return Catalogue()
