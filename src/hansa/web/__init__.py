"""The web door: server-rendered pages that need no script, for people in three languages."""
