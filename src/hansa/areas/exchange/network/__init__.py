"""Erasmus Without Paper as a client: our keys in it, the registry's catalogue, and signed calls to its members."""
