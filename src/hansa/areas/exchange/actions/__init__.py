"""What people do in exchange; importing it registers every action."""

from hansa.areas.exchange.actions import checks, mobilities, plans, transcripts

__all__ = ["checks", "mobilities", "plans", "transcripts"]
