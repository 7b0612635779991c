"""Batches of gift cards: import from a file, issue many at once, and what is done to a whole batch."""
