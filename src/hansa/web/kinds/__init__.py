"""How each kind of analysis is told and shown, a module a kind; registry.py names them all."""
