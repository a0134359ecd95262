"""Tell the network's administrators what went wrong at a partner (monitoring 0.2.0).

Called once and forgotten: a report that does not arrive is not sent again. It names the
institution, the API and the error, and never anything about a person.
"""

from dataclasses import dataclass
from enum import StrEnum

from hansa.lib.errors import InvalidError
from hansa.lib.ewp import xml
from hansa.lib.ewp.specifications import ORIGIN

NAMESPACE = f"{ORIGIN}/ewp-specs-api-monitoring/tree/stable-v1"
NAME = "monitoring"
#: The institution under which the catalogue lists the server of this API.
SERVER = "stats.erasmuswithoutpaper.eu"
#: Calls that are never reported: they concern the registry itself, or only test the line.
UNREPORTED = frozenset({"discovery", "registry", "echo", NAME})
MOST_CHARACTERS = 2000
_ERROR_CODES = range(400, 600)


class Kind(StrEnum):
    """What went wrong, in the words of the specification."""

    LOOKUP = "API_LOOKUP_ERROR"
    NETWORK = "NETWORK_ERROR"
    TIMEOUT = "TIMEOUT"
    SERVER = "SERVER_ERROR"
    RESPONSE = "INVALID_RESPONSE"


@dataclass(frozen=True)
class Report:
    """One failure at a partner; the message of a server error is the partner's developer-message."""

    hei_id: str
    api: str
    kind: Kind
    url: str = ""
    http_code: int | None = None
    message: str = ""

    def __post_init__(self) -> None:
        if self.kind is not Kind.LOOKUP and not self.url:
            raise InvalidError("A report of this kind needs the address that was called.", "Give the address.")
        if self.kind in {Kind.SERVER, Kind.RESPONSE} and self.http_code is None:
            raise InvalidError("A report of this kind needs the HTTP status.", "Give the status.")
        if self.kind is not Kind.SERVER and not self.message:
            raise InvalidError("A report of this kind needs a message.", "Say what went wrong.")

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return the parameters of the request."""
        given = [
            ("server_hei_id", self.hei_id),
            ("api_name", self.api),
            ("error_type", self.kind.value),
            # What stands behind the question mark may name a student's mobility.
            ("api_url", self.url.partition("?")[0]),
            ("http_code", "" if self.http_code is None else str(self.http_code)),
            ("message", self.message[:MOST_CHARACTERS]),
        ]
        return [(name, value) for name, value in given if value]


def is_reported(api: str, *, hei_id: str) -> bool:
    """Tell whether a failure of this API at this institution is to be reported."""
    return api not in UNREPORTED and hei_id != SERVER


def kind_of_status(http_code: int) -> Kind:
    """Return how an answer that could not be used is reported: refused by the server, or not understood by us."""
    return Kind.SERVER if http_code in _ERROR_CODES else Kind.RESPONSE


def check_response(data: bytes) -> None:
    """Raise InvalidError unless this is the answer to a report."""
    xml.parse(data, root=f"{{{NAMESPACE}}}monitoring-response")
