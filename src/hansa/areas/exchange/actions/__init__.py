"""What people do in exchange; importing it registers every action."""

from hansa.areas.exchange.actions import mobilities

__all__ = ["mobilities"]
