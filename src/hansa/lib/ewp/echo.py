"""The echo API 2.0.1: says which institutions a client speaks for, and repeats what it was told.

Whoever gets the right echo has keys, clock, catalogue and proxies in order.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hansa.lib.ewp import xml
from hansa.lib.ewp.parameters import Parameter
from hansa.lib.ewp.specifications import ORIGIN

NAMESPACE = f"{ORIGIN}/ewp-specs-api-echo/tree/stable-v2"
#: The parameter of a request; an empty value is repeated too.
ECHO = Parameter("echo", most=None, keeps_empty=True)

make = xml.maker(NAMESPACE)


@dataclass(frozen=True)
class Echo:
    """What an echo says: for whom the client spoke, and what it said."""

    heis: tuple[str, ...]
    echoes: tuple[str, ...]


def write_echo(echo: Echo) -> bytes:
    """Return the document ``response``."""
    heis = [make("hei-id", hei_id) for hei_id in sorted(echo.heis)]
    return xml.write(make("response", heis, [make("echo", said) for said in echo.echoes]))


def read_echo(data: bytes) -> Echo:
    """Read a partner's answer, or raise InvalidError."""
    root = xml.parse(data, root=f"{{{NAMESPACE}}}response")
    return Echo(
        tuple(_texts(xml.every(root, "hei-id", namespace=NAMESPACE))),
        tuple(_texts(xml.every(root, "echo", namespace=NAMESPACE))),
    )


def _texts(elements: Iterable[xml.Element]) -> Iterable[str]:
    return (element.text or "" for element in elements)
