"""The third door: the command line. Everything heavy is imported late, so that help comes at once."""
