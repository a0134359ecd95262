"""Hansa lets institutions that signed a memorandum of understanding carry it out."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hansa.client import connect as connect

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Bring the client only when it is asked for, so that a node does without it."""
    if name == "connect":
        from hansa.client import connect  # noqa: PLC0415 -- slow import

        return connect
    raise AttributeError(f"hansa has no '{name}'.")
