"""The orders to forget that are in force, heard from the state store by every process."""

import hashlib
import secrets
from collections.abc import Callable, Sequence

import msgspec

from gateway.cache.entry import ERA_BYTES, Label
from gateway.cache.purge import KIND, NO_ERA, Purge
from gateway.cache.store import Store
from gateway.cache.strongbox import Strongbox
from gateway.foundation.clock import Clock
from gateway.foundation.keys import NoDataKey
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.failures import RedisFailure
from gateway.foundation.state_store import Entry, StateStore
from gateway.vocabulary.notice import Notice

# No entry lives longer, so an order that is older has nothing left to say.
LONGEST_SECONDS = 2_592_000.0
_FRESH_SECONDS = 60.0


class Purges:
    """
    Follow the store, and say of each label whether an order is against it.

    An order counts from the moment it is heard, whatever a store still holds;
    the entries themselves are removed beside.
    """

    def __init__(
        self,
        strongbox: Strongbox,
        store: Store,
        clock: Clock,
        *,
        tasks: LastTasks,
        tell: Callable[[Notice], None],
    ) -> None:
        self._strongbox = strongbox
        self._store = store
        self._clock = clock
        self._tasks = tasks
        self._tell = tell
        # By the eras that they begin; their versions are in the order in which they were written.
        self._orders: dict[bytes, Purge] = {}
        self._versions: dict[bytes, int] = {}
        self._tests: dict[str, list[tuple[str | None, Callable[[Label], bool]]]] = {}
        self._eras: dict[str, bytes] = {}

    def take(self, entries: Sequence[Entry], *, is_whole: bool) -> None:
        """Take in orders, and carry the fresh ones out (`Taker`)."""
        if is_whole:
            self._orders.clear()
            self._versions.clear()
        now = self._clock.wall()
        for entry in entries:
            self._obey(entry, now)
        self._tests.clear()
        in_turn = sorted(self._orders, key=self._versions.__getitem__)
        self._eras = {self._orders[era].tenant: era for era in in_turn}

    def forbid(self, tenant: str, name: bytes, label: Label) -> bool:
        """Whether an order says that this entry must not be given."""
        if not self._orders:
            return False
        tests = self._tests.get(tenant)
        if tests is None:
            tests = self._tests[tenant] = [
                (order.entry, order.doomed(self._strongbox.of(tenant).tag_of, self._heard(era)))
                for era, order in self._orders.items()
                if order.tenant == tenant
            ]
        return any(is_doomed(label) for entry, is_doomed in tests if entry is None or entry == name.hex())

    def era(self, tenant: str) -> bytes:
        """Name the time since a tenant's last order, in the same way in every process that has heard it."""
        return self._eras.get(tenant, NO_ERA)

    def _obey(self, entry: Entry, now: float) -> None:
        era = hashlib.blake2b(entry.name.encode(), digest_size=ERA_BYTES).digest()
        if entry.value is None:
            self._orders.pop(era, None)
            self._versions.pop(era, None)
            return
        order = self._orders[era] = msgspec.json.decode(entry.value, type=Purge)
        self._versions[era] = entry.version
        if now - order.ordered_at < _FRESH_SECONDS:
            self._tasks.start(self._carry_out(era, order))

    def _heard(self, order: bytes) -> Callable[[bytes], bool]:
        """Return the test whether an era is that of this order, or a later one."""
        versions = self._versions
        first = versions[order]
        return lambda era: versions.get(era, 0) >= first

    async def _carry_out(self, era: bytes, order: Purge) -> None:
        facts: dict[str, str | int | float | bool | None] = {"tenant": order.tenant}
        try:
            name = None if order.entry is None else bytes.fromhex(order.entry)
            box = self._strongbox.of(order.tenant)
            facts["entries"] = await self._store.purge(
                box.tag, order.doomed(box.tag_of, self._heard(era)), name
            )
        except RedisFailure as failure:
            # The order is in force nevertheless: nothing of before it is given.
            facts["reason"] = str(failure)
        except NoDataKey:
            # Nobody can open what was kept for a tenant whose key is gone.
            facts["entries"] = 0
        self._tell(Notice("cache.purged", facts))


async def order_purge(state: StateStore, order: Purge) -> None:
    """Write an order down for every process, and strike out those that have nothing left to say."""
    for entry in await state.list(KIND):
        if entry.value is not None:
            known = msgspec.json.decode(entry.value, type=Purge)
            if known.ordered_at < order.ordered_at - LONGEST_SECONDS:
                await state.write(KIND, entry.name, None)
    await state.write(KIND, secrets.token_hex(8), msgspec.json.encode(order))
