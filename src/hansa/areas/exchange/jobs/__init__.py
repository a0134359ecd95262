<<<<<<< HEAD

from hansa.areas.exchange.jobs import (
    answers,
    catalogue,
    fetches,
    mailings,
    messages,
    sweeps,
)

__all__ = [
    "answers",
    "catalogue",
    "fetches",
    "mailings",
    "messages",
    "sweeps",
]
