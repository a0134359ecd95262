"""What people do in exchange; importing it registers every action."""

from hansa.areas.exchange.actions import (
    applications,
    calls,
    checks,
    iias,
    mailings,
    messages,
    mobilities,
    offers,
    plans,
    profiles,
    transcripts,
)

__all__ = [
    "applications",
    "calls",
    "checks",
    "iias",
    "mailings",
    "messages",
    "mobilities",
    "offers",
    "plans",
    "profiles",
    "transcripts",
]
