"""The areas of a memorandum, each a package of one inner shape."""
