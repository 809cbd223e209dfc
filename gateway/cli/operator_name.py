"""Who gives a command, as records and keys remember it."""

import getpass
import os
from collections.abc import Callable


def operator_name(ask: Callable[[], str] = getpass.getuser) -> str:
    """Return the user's name; their number where the system knows no name, as in a container."""
    try:
        return ask()
    except (KeyError, OSError):
        # Python before 3.13 says KeyError.
        return f"uid-{os.getuid()}"
