"""Joint research: a question that hospitals answer together without moving a row."""
