"""Erasmus Without Paper: the documents, hashes and signatures of its network, as pure functions."""
