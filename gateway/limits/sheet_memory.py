"""The sheets that were made, of all tenants and models together."""

from itertools import islice

from gateway.limits.sheet import Sheet

MOST_SHEETS = 20_000

# Tenant, project, model, credential, its own limits, end user.
Whose = tuple[str, str, str, str, bytes, str]


class SheetMemory:
    """
    Remember so many sheets; those that were made first make room.

    A sheet takes some kilobytes, and there may be one for each end user with each
    model: what bounds them has to count all of them, whosever they are.
    """

    def __init__(self, most: int = MOST_SHEETS) -> None:
        self._most = most
        self._sheets: dict[Whose, Sheet] = {}
        self.find = self._sheets.get

    def __len__(self) -> int:
        return len(self._sheets)

    def keep(self, whose: Whose, sheet: Sheet) -> Sheet:
        """Remember a sheet that was made, and return it."""
        if len(self._sheets) >= self._most:
            # A tenth at a time, so that a flood of new users does not pay for each.
            for first in list(islice(self._sheets, max(1, self._most // 10))):
                del self._sheets[first]
        self._sheets[whose] = sheet
        return sheet
