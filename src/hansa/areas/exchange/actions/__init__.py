"""What people do in exchange; importing it registers every action."""

from hansa.areas.exchange.actions import checks, messages, mobilities, plans, profiles, transcripts

__all__ = ["checks", "messages", "mobilities", "plans", "profiles", "transcripts"]
