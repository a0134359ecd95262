"""PostgreSQL as a node needs it; see ``base``, the name under which Django looks for it."""
