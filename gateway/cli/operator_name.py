"""Who gives a command, as records and keys remember it."""

import os
import pwd


def operator_name(number: int | None = None) -> str:
    """
    Return the name of the user under whom this process runs; their number where the system knows none.

    It is the system that is asked: what the environment calls the user (LOGNAME) is anybody's to choose.
    """
    number = os.getuid() if number is None else number
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        # As in a container, under a number that its list of users does not hold.
        return f"uid-{number}"
