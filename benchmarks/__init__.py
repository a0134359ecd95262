"""Hansa's figures and, in the same run on the same machine, those of its peers."""
