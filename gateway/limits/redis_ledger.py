"""
The ledger that several gateways share: one script to reserve, one to settle, in Redis.

- Time is Redis' own, so gateways whose clocks differ agree.
- All keys of a tenant share a hash tag, so that one script sees all of them
  on a Redis Cluster.
- Everything is idempotent on the reservation's id: commands whose reply was
  lost are sent again, and a late one finds the tombstone.
- A settlement that Redis could not take is kept, up to a bound, and sent again
  until it is taken. Until then, and if it is lost with this process, what was
  reserved stays used: the ledger errs to the caller's disadvantage, never
  past a limit.
- With `replicas`, a grant counts only once so many replicas have it.
"""

from collections.abc import Callable, Sequence
from typing import Any

from gateway.foundation.redis_link.call import AwaitedCall, Call, Word, read_script
from gateway.foundation.redis_link.dialling import slot_of
from gateway.foundation.redis_link.failures import RedisBusy, RedisDown, RedisFailure, RedisRefused
from gateway.foundation.redis_link.link import RedisLink
from gateway.limits.ledger import RECORD_MS, TOMBSTONE_MS, Hold, LedgerFailed
from gateway.limits.replica_watch import Batch, ReplicaWatch
from gateway.limits.settlements import Settlements
from gateway.limits.sheet import Sheet
from gateway.limits.verdict import Standing, Verdict
from gateway.limits.windows import Lease
from gateway.vocabulary.notice import Notice

_RESERVE, _SETTLE, _RENEW = (
    read_script("gateway.limits", f"{name}.lua") for name in ("reserve", "settle", "renew")
)


class RedisLedger:
    """
    Count in Redis.

    `wall_ms` is the gateway's own clock, which only says where calendar
    periods begin. `redis_ms` replaces Redis' clock where time is to be moved
    by hand. `waiting` is the link for what has to wait for replicas, which
    holds up all else on it. `tell` hears of settlements that Redis refuses.
    """

    def __init__(
        self,
        link: RedisLink,
        wall_ms: Callable[[], int],
        *,
        redis_ms: Callable[[], int] = lambda: 0,
        waiting: RedisLink | None = None,
        tell: Callable[[Notice], None] = lambda _: None,
    ) -> None:
        self._link = link
        self._wall_ms = wall_ms
        self._redis_ms = redis_ms
        self._settlements = Settlements(link.send, tell)
        self._replica_watch = ReplicaWatch(waiting or link)
        self._slots: dict[str, int] = {}

    @property
    def kept(self) -> int:
        """How many settlements wait for Redis to come back."""
        return self._settlements.kept

    @property
    def lost(self) -> int:
        """How many settlements had to be given up."""
        return self._settlements.lost

    async def reserve(self, hold: Hold) -> Verdict:
        """Take all of it or nothing."""
        sheet = hold.sheet
        call, batch = self._send_reservation(hold)
        needs_release = True
        try:
            verdict = _verdict_of(await call.future, len(sheet.counters))
            needs_release = verdict.is_granted
            if batch is not None and verdict.is_granted:
                await self._await_replicas(hold, call, batch)
            needs_release = False
        except RedisFailure as failure:
            needs_release = needs_release and _may_have_arrived(call, failure)
            raise LedgerFailed(str(failure)) from failure
        finally:
            if needs_release:
                # Nobody knows whether it was granted, or nobody waits for it any more.
                self.settle(hold, [0] * len(hold.amounts))
        return verdict

    def settle(self, hold: Hold, used: Sequence[int]) -> None:
        """Replace what was reserved by what was used."""
        sheet = hold.sheet
        words: tuple[Word, ...] = (
            b"EVALSHA", _SETTLE.sha, len(sheet.keys) + 1, _record(hold), *sheet.keys,
            sheet.packed(self._wall_ms()), TOMBSTONE_MS, hold.reservation_id, *used,
        )  # fmt: skip
        self._settlements.send(words, self._slot(sheet), _SETTLE)

    def renew(self, hold: Hold) -> None:
        """Hold the leases for longer; if that fails, the next renewal is soon."""
        leases = [
            (counter.key, counter.window.lease_ms)
            for counter in hold.sheet.counters
            if isinstance(counter.window, Lease)
        ]
        if not leases:
            return
        keys = [key for key, _ in leases]
        words: tuple[Word, ...] = (
            b"EVALSHA", _RENEW.sha, len(keys) + 1, _record(hold), *keys,
            self._redis_ms(), hold.reservation_id, leases[0][1],
        )  # fmt: skip
        self._link.send(Call(words, self._slot(hold.sheet), is_repeatable=True, script=_RENEW))

    async def look(self, sheet: Sheet) -> Verdict:
        """Return where the counters stand."""
        record = f"{{{sheet.tag}}}:look"
        arguments: tuple[Word, ...] = (
            len(sheet.keys) + 1,
            record,
            *sheet.keys,
            sheet.packed(self._wall_ms()),
            self._redis_ms(),
        )
        try:
            reply = await self._link.run(_RESERVE, self._slot(sheet), *arguments, "", RECORD_MS)
        except RedisFailure as failure:
            raise LedgerFailed(str(failure)) from failure
        return _verdict_of(reply, len(sheet.counters))

    def resend(self) -> None:
        """Send again what Redis could not take so far."""
        self._settlements.resend()

    async def close(self, seconds: float) -> None:
        """Wait up to so many seconds until every settlement has arrived."""
        await self._settlements.close(seconds)

    def _reserving(self, hold: Hold) -> tuple[Any, ...]:
        sheet = hold.sheet
        return (
            b"EVALSHA", _RESERVE.sha, len(sheet.keys) + 1, _record(hold), *sheet.keys,
            sheet.packed(self._wall_ms()), self._redis_ms(), hold.reservation_id, RECORD_MS, *hold.amounts,
        )  # fmt: skip

    def _send_reservation(self, hold: Hold) -> tuple[AwaitedCall, Batch | None]:
        slot, replicas = self._slot(hold.sheet), hold.sheet.replicas
        call = AwaitedCall(self._reserving(hold), slot, is_repeatable=True, script=_RESERVE)
        if replicas:
            return call, self._replica_watch.send(call, replicas)
        self._link.send(call)
        return call, None

    async def _await_replicas(self, hold: Hold, call: AwaitedCall, batch: Batch) -> None:
        """Raise unless the grant is on so many replicas as its plan wants."""
        reached = await batch.replicas_reached()
        if call.is_spelled_out:
            # Redis did not know the script, and so had answered WAIT before it ran.
            call, again = self._send_reservation(hold)
            await call.future
            reached = 0 if again is None else await again.replicas_reached()
        if reached < hold.sheet.replicas:
            raise LedgerFailed(f"{reached} of {hold.sheet.replicas} replicas have the reservation")
        if call.took_detour or call.tries or call.is_spelled_out:
            raise LedgerFailed("the reservation changed servers, and no replica can vouch for it")

    def _slot(self, sheet: Sheet) -> int:
        slot = self._slots.get(sheet.tag)
        if slot is None:
            slot = self._slots[sheet.tag] = slot_of(sheet.tag.encode())
        return slot


def _record(hold: Hold) -> str:
    return f"{{{hold.sheet.tag}}}:r:{hold.reservation_id}"


def _verdict_of(reply: list[int], count: int) -> Verdict:
    standings = tuple([Standing(reply[3 + 2 * place], reply[4 + 2 * place]) for place in range(count)])
    return Verdict(reply[0] == 1, standings, reply[1], reply[2])


def _may_have_arrived(call: AwaitedCall, failure: RedisFailure) -> bool:
    """Whether Redis has done it, or may have done what was not answered."""
    if call.future.exception() is None:
        return True
    # What was sent before may have been done, whatever became of it when it was sent again.
    was_sent_before = bool(call.tries) or call.took_detour
    return was_sent_before or not isinstance(failure, RedisDown | RedisBusy | RedisRefused)
