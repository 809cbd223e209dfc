"""Does the log prove itself: what a stranger runs, with Python and `cryptography` alone."""
