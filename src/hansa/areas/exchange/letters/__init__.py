"""What nodes tell each other about exchange, and what hearing it does; importing it registers every kind."""

from hansa.areas.exchange.letters import nominations, stays

__all__ = ["nominations", "stays"]
