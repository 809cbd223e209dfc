"""Random bytes in pieces of one size, fetched from the system many at a time."""

import os
from collections import deque

_AT_ONCE = 256


class RandomPieces:
    """
    Hand out pieces that nobody can guess, each of them once.

    Asking the system lets go of the interpreter, which another thread may then
    keep for a while: for a nonce, that took longer than to encrypt with it. A
    forked process begins anew, so that no two have the same pieces.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        # Taking from its end is one step, also for several threads.
        self._left: deque[bytes] = deque()
        os.register_at_fork(after_in_child=self._left.clear)

    def take(self) -> bytes:
        """Return the next piece."""
        while True:
            try:
                return self._left.pop()
            except IndexError:
                fresh, size = os.urandom(self._size * _AT_ONCE), self._size
                self._left.extend([fresh[at : at + size] for at in range(0, len(fresh), size)])
