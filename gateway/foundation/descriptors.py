"""How many descriptors this process may hold, and what the first three of them are."""

import os
import resource
import sys


def raise_descriptor_limit() -> int:
    """
    Raise the soft limit of open files to the hard one and return it.

    A stream holds two sockets, and many systems begin at 1,024, for programs
    that still use select(2).
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def occupy_standard_streams() -> None:
    """
    Open what is closed of standard input, output and error, on /dev/null.

    The next file or socket would take the free number: what is meant for a log
    would be written into it, and libuv ends a process that closes such a socket.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free, which is this one.
            opened = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(opened, True)
            setattr(sys, name, os.fdopen(opened, "r" if number == 0 else "w", closefd=False))
