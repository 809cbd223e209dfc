"""Two ways to see every anchor of a text at once."""
