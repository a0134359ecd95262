"""The composition root: settings, addresses, the server and the making of a node."""
