"""Erasmus Without Paper as a host: the endpoints that other members call."""
