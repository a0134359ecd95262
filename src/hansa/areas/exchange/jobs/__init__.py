"""What the node owes in exchange, done by itself; importing it registers every kind of job."""

from hansa.areas.exchange.jobs import mailings

__all__ = ["mailings"]
