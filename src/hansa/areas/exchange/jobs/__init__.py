"""What the node does for exchange by itself, in the network: deliver, fetch, sweep, keep the catalogue."""

from hansa.areas.exchange.jobs import answers, catalogue, fetches, messages, sweeps

__all__ = ["answers", "catalogue", "fetches", "messages", "sweeps"]
