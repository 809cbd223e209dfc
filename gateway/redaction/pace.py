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

    async def rest(self, work: int) -> bool:
        """Count so much work; return whether others had their turn after it."""
        self._done += work
        if self._done < STEP:
            return False
        self._done = 0
        await asyncio.sleep(0)
        return True


def reading(characters: int) -> int:
    """Return how much work it is to read so many characters."""
    return characters // CHARACTERS_PER_TRY
