"""How well private values are found: a corpus that is made, and what is missed of it."""
