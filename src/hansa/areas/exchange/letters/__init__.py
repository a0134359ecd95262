"""What nodes tell each other about exchange, and what hearing it does; importing it registers every kind."""

from hansa.areas.exchange.letters import checks, nominations, offers, plans, stays, transcripts

__all__ = ["checks", "nominations", "offers", "plans", "stays", "transcripts"]
