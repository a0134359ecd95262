"""Where this hospital computes its sums: in the node, or on a Dask cluster of its own.

    [studies]
    compute = "dask+tls://scheduler.hospital.example:8786"
    compute_keys = "/etc/hansa/dask"      # ca.pem, certificate.pem, key.pem; only with dask+tls

The cluster is the hospital's: rows travel to its workers and back come sums, which are judged, masked and sent by the
node as ever. Nothing of a partner's reaches it but the protocol and the public state of a round, both checked before.
Without TLS only a cluster on this very machine is used.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.statistics.estimator import State, Vector
from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.table import Table

if TYPE_CHECKING:
    from distributed import Client

SCHEMES = {"dask": "tcp", "dask+tls": "tls"}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
KEYS = ("ca.pem", "certificate.pem", "key.pem")
LINES = ("compute", "compute_keys")
#: Fewer rows are quicker computed than sent.
FEWEST_ROWS = 50_000
CONNECT_SECONDS = 20


def sums(programme: Programme, state: State, *, table: Table, fewest: int = FEWEST_ROWS) -> Vector:
    """Return the sums of this site, computed on the cluster that node.toml names where the rows are many."""
    address = cluster(settings.NODE.areas.get("studies", {}))
    # Genotypes are read from a file of this machine, which workers do not see.
    if not address or table.rows < fewest or table.genotypes is not None:
        return programme.local(state, table)
    with connected(address) as client:
        tasks = client.map(programme.added, [state] * len(blocks(table)), blocks(table), pure=False)
        total = np.sum(client.gather(tasks), axis=0)
    return programme.completed(state, total, rows=table)


def blocks(table: Table) -> list[Table]:
    """Return the rows in parts, each of which is a task of its own."""
    return list(table.blocks())


def cluster(given: Mapping[str, Any]) -> str:
    """Return the address of the cluster, nothing where the node computes itself; InvalidError names a wrong line."""
    if unknown := sorted(set(given) - set(LINES)):
        raise fault(unknown[0], "is not known", remedy=f"Known here: {', '.join(LINES)}.")
    address = given.get("compute", "")
    if not address:
        return ""
    parts = urlsplit(address) if isinstance(address, str) else urlsplit("")
    if parts.scheme not in SCHEMES or not parts.hostname or not parts.port:
        raise fault("compute", "is no Dask scheduler", remedy="Write it as dask+tls://HOST:8786.")
    if parts.scheme == "dask" and parts.hostname not in LOOPBACK:
        raise fault("compute", "sends rows over the network unprotected", remedy="Use dask+tls and compute_keys.")
    if parts.scheme == "dask+tls":
        _check_keys(given.get("compute_keys", ""))
    return str(address)


def _check_keys(folder: Any) -> None:
    if not isinstance(folder, str) or not all((Path(folder) / name).is_file() for name in KEYS):
        raise fault("compute_keys", "is no folder with the keys", remedy=f"It holds {', '.join(KEYS)}.")


@contextmanager
def connected(address: str) -> Iterator["Client"]:
    """Connect to a cluster, or refuse saying what is missing."""
    try:
        from distributed import Client  # noqa: PLC0415 -- slow import, and only where it is installed
        from distributed.security import Security  # noqa: PLC0415 -- as above
    except ImportError:
        raise RefusedError(
            _("This node is set to compute on a Dask cluster, and Dask is not installed."),
            _('Install it with pip install "hansa[dask]", or remove compute from node.toml.'),
        ) from None
    parts = urlsplit(address)
    scheme = SCHEMES[parts.scheme]
    security = None
    if scheme == "tls":
        ca, certificate, key = (Path(settings.NODE.areas["studies"]["compute_keys"]) / name for name in KEYS)
        security = Security(
            require_encryption=True, tls_ca_file=str(ca), tls_client_cert=str(certificate), tls_client_key=str(key)
        )
    try:
        client = Client(f"{scheme}://{parts.netloc}", security=security, timeout=CONNECT_SECONDS, set_as_default=False)
    except OSError as away:
        raise RefusedError(
            _("The Dask cluster of this hospital does not answer."),
            _("Start it, or remove compute from node.toml; the round can be tried again."),
        ) from away
    with client:
        yield client


def fault(name: str, what: str, *, remedy: str) -> InvalidError:
    """Make the error for one line of the table."""
    return InvalidError(f"'{name}' under [studies] in node.toml {what}.", remedy)
