"""Memory that was used and is free again."""

import ctypes


def give_back() -> bool:
    """
    Return freed memory to the system, where the C library can do that (glibc); say whether it could.

    What a library used once, for compiling say, otherwise stays with the
    process for ever, because something small lies on top of it. Takes
    milliseconds.
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return False
    return bool(trim(0) in (0, 1))
