"""What the node owes in exchange, done by itself; importing it registers every kind of job."""

from hansa.areas.exchange.jobs import (
    agreements,
    answers,
    catalogue,
    fetches,
    mailings,
    messages,
    sweeps,
)

__all__ = [
    "agreements",
    "answers",
    "catalogue",
    "fetches",
    "mailings",
    "messages",
    "sweeps",
]
