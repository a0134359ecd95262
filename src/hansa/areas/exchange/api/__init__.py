"""Erasmus Without Paper as a host: the endpoints that other members call.

Every address is the one that the manifest announces (``lib.ewp.manifest.path_of``), so the two cannot differ.
"""

from collections.abc import Mapping
from typing import Final

from django.urls import path

from hansa.areas.exchange.api import (
    agreements,
    discovery,
    files,
    institutions,
    mobilities,
    notifications,
    plans,
    transcripts,
)
from hansa.areas.exchange.api.door import Endpoint
from hansa.lib.ewp.manifest import path_of
from hansa.lib.ewp.specifications import BY_NAME

#: What answers each part of each major of each API.
SERVED: Final[Mapping[tuple[str, int, str], Endpoint]] = {
    ("discovery", 6, "url"): discovery.manifest,
    ("echo", 2, "url"): discovery.echo,
    ("institutions", 2, "url"): institutions.institutions,
    ("organizational-units", 2, "url"): institutions.units,
    ("factsheet", 1, "url"): institutions.factsheet,
    ("file", 1, "url"): files.file,
    ("iias", 7, "index-url"): agreements.index,
    ("iias", 7, "get-url"): agreements.get,
    ("iias", 7, "stats-url"): agreements.statistics,
    ("iias-approval", 2, "url"): agreements.approvals,
    ("iia-cnr", 3, "url"): notifications.receiver("iia-cnr", 3),
    ("iia-approval-cnr", 2, "url"): notifications.receiver("iia-approval-cnr", 2),
    ("omobilities", 3, "index-url"): mobilities.index,
    ("omobilities", 3, "get-url"): mobilities.get,
    ("omobilities", 3, "update-url"): mobilities.update,
    ("omobilities", 2, "index-url"): mobilities.index_2,
    ("omobilities", 2, "get-url"): mobilities.get_2,
    ("omobility-stats", 1, "url"): mobilities.statistics,
    ("omobility-las", 1, "index-url"): plans.index,
    ("omobility-las", 1, "get-url"): plans.get,
    ("omobility-las", 1, "update-url"): plans.update,
    ("omobility-las", 1, "stats-url"): plans.statistics,
    ("imobilities", 2, "get-url"): mobilities.arrivals,
    ("imobilities", 1, "get-url"): mobilities.arrivals_1,
    ("imobility-tors", 3, "index-url"): transcripts.index,
    ("imobility-tors", 3, "get-url"): transcripts.get,
    ("imobility-tors", 2, "index-url"): transcripts.index_2,
    ("imobility-tors", 2, "get-url"): transcripts.get_2,
    ("imobility-tor-stats", 1, "url"): transcripts.statistics,
    ("omobility-cnr", 2, "url"): notifications.receiver("omobility-cnr", 2),
    ("omobility-cnr", 1, "url"): notifications.receiver("omobility-cnr", 1),
    ("omobility-la-cnr", 1, "url"): notifications.receiver("omobility-la-cnr", 1),
    ("omobility-la-cnr", 1, "stats-url"): notifications.statistics,
    ("imobility-cnr", 2, "url"): notifications.receiver("imobility-cnr", 2),
    ("imobility-cnr", 1, "url"): notifications.receiver("imobility-cnr", 1),
    ("imobility-tor-cnr", 2, "url"): notifications.receiver("imobility-tor-cnr", 2),
    ("imobility-tor-cnr", 1, "url"): notifications.receiver("imobility-tor-cnr", 1),
}


def address(name: str, major: int, *, part: str = "url") -> str:
    """Return the path of one endpoint of this node, without the slash before it."""
    return f"ewp{path_of(BY_NAME[name, major], part=part)}"


urlpatterns = [
    path("ewp/registry/catalogue-v1.xml", discovery.registry, name="network-registry"),
    *(path(address(name, major, part=part), view) for (name, major, part), view in SERVED.items()),
]
