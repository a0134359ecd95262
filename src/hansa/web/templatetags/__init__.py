"""Filters that the templates of every page may use."""
