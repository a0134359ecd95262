"""A logistic regression over Flower's message layer, since Flower has none of its own."""
