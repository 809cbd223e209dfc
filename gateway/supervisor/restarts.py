"""When a worker that died is started again: a pure decision."""

from dataclasses import dataclass

SETTLED_SECONDS = 10.0
"""A worker that lived so long has shown that it can."""
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Record:
    """What a slot remembers of its workers: how many in a row died before they had settled."""

    early_deaths: int = 0

    def after_death(self, lived_seconds: float) -> "Record":
        """Return the record with one more death in it."""
        return Record(0 if lived_seconds >= SETTLED_SECONDS else self.early_deaths + 1)

    @property
    def pause_seconds(self) -> float:
        """
        How long to wait before the next start.

        Nothing for one that was killed in its prime, and nothing for the
        first early death, which may have been somebody's mistake.
        """
        if self.early_deaths <= 1:
            return 0.0
        doubled: float = FIRST_PAUSE_SECONDS * 2 ** min(self.early_deaths - 2, 16)
        return min(LONGEST_PAUSE_SECONDS, doubled)
