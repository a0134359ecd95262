"""What people do in exchange; importing it registers every action."""

from hansa.areas.exchange.actions import mobilities, profiles

__all__ = ["mobilities", "profiles"]
