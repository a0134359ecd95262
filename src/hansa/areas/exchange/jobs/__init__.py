"""What the node owes in exchange, done by itself; importing it registers every kind of job."""
