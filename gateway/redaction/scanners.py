"""One scanner for each set of wishes, however often policies are read."""

from functools import lru_cache

from gateway.redaction.scanner import Scanner, Wanted


@lru_cache(maxsize=8)
def scanner_for(wanted: Wanted) -> Scanner:
    """Return the scanner of these wishes, built at the first time it is asked for."""
    return Scanner(wanted)
