"""Hansa lets institutions that signed a memorandum of understanding carry it out."""

__version__ = "0.1.0"
