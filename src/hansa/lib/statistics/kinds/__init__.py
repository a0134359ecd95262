"""What a study does with each kind of analysis, a module a kind; registry.py names them all."""
