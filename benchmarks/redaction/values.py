"""What stands in the slots of the templates: private values with their entity, and others without one."""

from random import Random

from benchmarks.redaction.harmless import HARMLESS
from benchmarks.redaction.people import People
from benchmarks.redaction.private import PEOPLE, PRIVATE


class Values:
    """Fill slots, the same for the same seed."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._people = People(random)

    def fill(self, slot: str) -> tuple[str, str | None]:
        """Return a value for a slot, and its entity if it is private."""
        if slot in PEOPLE:
            entity, invent = PEOPLE[slot]
            return invent(self._people), entity
        if slot in PRIVATE:
            entity, make = PRIVATE[slot]
            return make(self._random), entity
        return HARMLESS[slot](self._random), None
