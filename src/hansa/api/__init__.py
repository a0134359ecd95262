"""The second door: what programs and other nodes say to this node over HTTP."""
