"""The one who forgets a person, or a period: keys are destroyed, and the log says that they were."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.audit.catalogue import HoldChanged, PeriodForgotten, SubjectErased
from gateway.audit.holds import Hold, Holds
from gateway.audit.lookup_keys import hash_of_value
from gateway.audit.record import time_text
from gateway.audit.room import AuditRoom
from gateway.audit.subject_keys import person
from gateway.foundation.clock import Clock
from gateway.foundation.state_store import StateStore

_KINDS = ("subject", "user")


@dataclass(frozen=True, slots=True)
class Erased:
    """What was destroyed: the id of the key, if there was one, and how many texts it had opened."""

    key_id: str | None
    texts: int


class Eraser:
    """
    Destroy first, then tell: the log never claims what did not happen.

    The texts' ciphertext is deleted last, when the record is on the disk; without the
    key it is noise, so a process that dies in between leaves nothing that could be read,
    and no text whose absence is not explained.
    """

    def __init__(self, room: AuditRoom, store: StateStore, *, clock: Clock, actor: str) -> None:
        self._room = room
        self._clock = clock
        self._actor = actor
        self.holds = Holds(store)

    async def erase(self, tenant: str, subject: str, reason: str | None) -> Erased:
        """Make everything that was kept of a person unreadable; raise `HoldStands`."""
        subjects = self._room.subjects
        await self.holds.demand_free(tenant, subjects.reference(tenant, person(subject)))
        key_id = await subjects.destroy(tenant, person(subject))
        facts = SubjectErased(
            tenant=tenant,
            subjects=self.hashes(tenant, subject),
            keys=() if key_id is None else (key_id,),
            actor=self._actor,
            reason=reason,
        )
        try:
            await self._room.write("subject.erased", facts)
        except OSError as error:
            done = "" if key_id is None else f"The key {key_id} is destroyed, and this is not on record. "
            raise OSError(f"{done}{error}") from error
        texts = (
            0 if key_id is None else sum(store.drop_all_of(key_id) for store in self._room.content_stores())
        )
        return Erased(key_id, texts)

    async def forget_period(self, tenant: str, period: str) -> bool:
        """Destroy the look-up key of a month; False if it has none; raise `HoldStands`."""
        await self.holds.demand_free(tenant)
        if not await self._room.lookups.forget(tenant, period):
            return False
        self._room.record(
            "period.forgotten", PeriodForgotten(tenant=tenant, period=period, actor=self._actor)
        )
        return True

    async def place_hold(self, name: str, tenant: str, subjects: Sequence[str], reason: str | None) -> bool:
        """
        Let nothing of a tenant, or of these persons, be erased or expire; False if the name is taken.

        Raise `NoDataKey` for a tenant that nobody knows: who misspells it must not believe that it is held.
        """
        named = self._room.subjects
        named.demand_known(tenant)
        hold = Hold(
            name=name,
            tenant=tenant,
            references=tuple(named.reference(tenant, person(subject)) for subject in subjects),
            reason=reason,
            placed=time_text(self._clock.wall()),
        )
        if not await self.holds.place(hold):
            return False
        hashes = tuple(one for subject in subjects for one in self.hashes(tenant, subject))
        self._room.record("hold.placed", self._changed(hold, hashes, reason))
        return True

    async def lift_hold(self, name: str, reason: str | None) -> bool:
        """Lift a hold; False if there is none of this name."""
        hold = await self.holds.lift(name)
        if hold is None:
            return False
        self._room.record("hold.lifted", self._changed(hold, (), reason))
        return True

    def hashes(self, tenant: str, subject: str) -> tuple[str, ...]:
        """Return how records name a person, as end user or by a token, in every period whose key is there."""
        return tuple(
            hash_of_value(period.key, period.name, kind, subject)
            for period in self._room.lookups.periods(tenant)
            for kind in _KINDS
        )

    def _changed(self, hold: Hold, subjects: tuple[str, ...], reason: str | None) -> HoldChanged:
        return HoldChanged(
            hold=hold.name, tenant=hold.tenant, subjects=subjects, actor=self._actor, reason=reason
        )
