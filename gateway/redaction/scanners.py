"""One scanner for each set of wishes, however often policies are read."""

from collections import OrderedDict

from gateway.redaction.scanner import Scanner, Wanted

# A policy that changes leaves its old scanner behind; what is in use is used again.
_MOST = 32
_KNOWN: OrderedDict[str, Scanner] = OrderedDict()


def scanner_for(wanted: Wanted) -> Scanner:
    """Return the scanner of these wishes, built at the first time it is asked for."""
    name = repr(wanted)
    scanner = _KNOWN.get(name)
    if scanner is None:
        scanner = _KNOWN[name] = Scanner(wanted)
        while len(_KNOWN) > _MOST:
            _KNOWN.popitem(last=False)
    _KNOWN.move_to_end(name)
    return scanner
