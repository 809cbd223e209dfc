"""How many sockets this process may hold."""

import resource


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
