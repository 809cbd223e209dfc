"""How much is done before others get their turn."""

import asyncio

# So much takes a few milliseconds at worst: places tried, in vain or not, values
# dealt with, and characters read, of which so many are as dear as one try.
STEP = 128
CHARACTERS_PER_TRY = 64


class Pace:
    """Count the work of one request, and let the event loop have its turns."""

    __slots__ = ("_done",)

    def __init__(self) -> None:
        self._done = 0

    def is_due(self, work: int) -> bool:
        """Count so much work; return whether it is time for others to have their turn."""
        self._done += work
        return self._done >= STEP

    async def rest(self, work: int) -> bool:
        """Count so much work; return whether others had their turn after it."""
        if not self.is_due(work):
            return False
        self._done = 0
        await asyncio.sleep(0)
        return True


def reading(characters: int) -> int:
    """Return how much work it is to read so many characters."""
    return characters // CHARACTERS_PER_TRY
