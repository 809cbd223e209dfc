"""
The state store that several gateways share: Redis, with AOF and without eviction.

    {dsg-state}:about      hash    epoch, version, floor
    {dsg-state}:values     hash    of each entry that is there, its value
    {dsg-state}:versions   sorted  every entry that is there or was removed, by version
    {dsg-state}:removed    sorted  those that were removed, by version
    {dsg-state}:names      sorted  those that are there, by name
    {dsg-state}:changes    channel a word after each write

Each act is one script, so it is done whole or not at all. Long answers come in
pages: what changes between two of them has a later version and comes again.
"""

from collections.abc import Collection
from typing import Any

from gateway.foundation.redis_link.call import AwaitedCall, Script, Word
from gateway.foundation.redis_link.dialling import slot_of
from gateway.foundation.redis_link.failures import RedisFailure
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.state_store import (
    ANY,
    REMOVALS_KEPT,
    Changes,
    Entry,
    StateConflict,
    StateUnavailable,
    new_epoch,
    read_cursor,
    write_cursor,
)

CHANNEL = "{dsg-state}:changes"
_SLOT = slot_of(b"dsg-state")
_KEYS: tuple[Word, ...] = (
    5,
    *(f"{{dsg-state}}:{name}" for name in ("about", "values", "versions", "removed", "names")),
)
_PAGE = 1000
_Page = tuple[str, int, int, list[Entry]]
_AFTER_EVERY_NAME = b"\xff"

_READ_TEXT = """
local value = redis.call('HGET', KEYS[2], ARGV[1])
if not value then return false end
return {value, redis.call('ZSCORE', KEYS[3], ARGV[1])}
"""
_WRITE_TEXT = """
local place, expected, is_there = ARGV[1], tonumber(ARGV[2]), redis.call('HEXISTS', KEYS[2], ARGV[1])
local known = is_there == 1 and tonumber(redis.call('ZSCORE', KEYS[3], place)) or 0
if expected ~= -1 and expected ~= known then return -1 end
redis.call('HSETNX', KEYS[1], 'epoch', ARGV[6])
local version = redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('ZADD', KEYS[3], version, place)
if ARGV[3] == '1' then
  redis.call('HSET', KEYS[2], place, ARGV[4])
  redis.call('ZADD', KEYS[5], 0, place)
  redis.call('ZREM', KEYS[4], place)
else
  redis.call('HDEL', KEYS[2], place)
  redis.call('ZREM', KEYS[5], place)
  redis.call('ZADD', KEYS[4], version, place)
  local gone = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', version - tonumber(ARGV[5]), 'WITHSCORES')
  for i = 1, #gone, 2 do
    redis.call('ZREM', KEYS[3], gone[i])
    redis.call('ZREM', KEYS[4], gone[i])
    redis.call('HSET', KEYS[1], 'floor', gone[i + 1])
  end
end
redis.pcall('PUBLISH', ARGV[7], version)
return version
"""
_LIST_TEXT = """
local names = redis.call('ZRANGEBYLEX', KEYS[5], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
local found = {}
for i, place in ipairs(names) do
  found[i] = {place, redis.call('HGET', KEYS[2], place), redis.call('ZSCORE', KEYS[3], place)}
end
return found
"""
_CHANGES_TEXT = """
redis.call('HSETNX', KEYS[1], 'epoch', ARGV[3])
local about = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'floor')
local names = redis.call(
  'ZRANGEBYSCORE', KEYS[3], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local found = {}
for i = 1, #names, 2 do
  found[#found + 1] = {names[i], redis.call('HGET', KEYS[2], names[i]), names[i + 1]}
end
return {about[1], about[2] or '0', about[3] or '0', found}
"""


_READ, _WRITE, _LIST, _CHANGES = map(Script, (_READ_TEXT, _WRITE_TEXT, _LIST_TEXT, _CHANGES_TEXT))


class RedisStateStore:
    """The entries of all gateways that use this Redis; the link is its owner's to close."""

    def __init__(self, link: RedisLink, removals_kept: int = REMOVALS_KEPT) -> None:
        self._link = link
        self._removals_kept = removals_kept

    async def read(self, kind: str, name: str) -> Entry | None:
        """Return one entry, or None if it is not there."""
        found = await self._run(_READ, _place(kind, name))
        return None if found is None else Entry(kind, name, found[0], int(found[1]))

    async def write(self, kind: str, name: str, value: bytes | None, *, expected: int = ANY) -> Entry:
        """Keep or remove one entry and return it with its new version."""
        has_value = "0" if value is None else "1"
        words = (_place(kind, name), expected, has_value, value or b"")
        # Not repeated by the link: a second writing would see its own first one as another's.
        version = await self._run(
            _WRITE, *words, self._removals_kept, new_epoch(), CHANNEL, is_repeatable=expected == ANY
        )
        if version < 0:
            raise StateConflict(kind, name)
        return Entry(kind, name, value, version)

    async def list(self, kind: str, prefix: str = "") -> tuple[Entry, ...]:
        """Return the entries of a kind whose names begin so, by name."""
        start = _place(kind, prefix)
        least, most = b"[" + start, b"(" + start + _AFTER_EVERY_NAME
        found: list[Entry] = []
        while True:
            page = await self._run(_LIST, least, most, _PAGE)
            found.extend(_entry(*one) for one in page)
            if len(page) < _PAGE:
                return tuple(found)
            least = b"(" + page[-1][0]

    async def changes_since(self, cursor: str, kinds: Collection[str] | None = None) -> Changes:
        """Return what changed after this cursor; for one that is unknown all there is (of these kinds)."""
        claimed = cursor.rpartition(":")[2]
        since = int(claimed) if claimed.isdigit() else 0
        epoch, version, floor, page = await self._page(since)
        known = read_cursor(cursor, epoch, floor=floor, version=version)
        if known is None and kinds is not None:
            # What changes meanwhile has a later version than the cursor, and comes again.
            found_here = [one for kind in kinds for one in await self.list(kind)]
            by_version = tuple(sorted(found_here, key=lambda one: one.version))
            return Changes(write_cursor(epoch, version), by_version, is_whole=True)
        if known is None and since:
            epoch, version, floor, page = await self._page(0)
        found = {(one.kind, one.name): one for one in page}
        while len(page) == _PAGE:
            later, version, floor, page = await self._page(page[-1].version)
            if later != epoch or (known is not None and floor > known):
                raise StateUnavailable("The state store was emptied or changed too much while it was read.")
            for one in page:
                found.pop((one.kind, one.name), None)
                found[one.kind, one.name] = one
        entries = tuple(one for one in found.values() if known is not None or one.value is not None)
        return Changes(write_cursor(epoch, version), entries, is_whole=known is None)

    async def _page(self, since: int) -> _Page:
        epoch, version, floor, page = await self._run(_CHANGES, since, _PAGE, new_epoch())
        return epoch.decode(), int(version), int(floor), [_entry(*one) for one in page]

    async def _run(self, script: Script, *arguments: Word, is_repeatable: bool = True) -> Any:
        call = AwaitedCall(
            (b"EVALSHA", script.sha, *_KEYS, *arguments), _SLOT, is_repeatable=is_repeatable, script=script
        )
        self._link.send(call)
        try:
            return await call.future
        except RedisFailure as error:
            raise StateUnavailable(f"The state store does not answer: {error}.") from error


def _place(kind: str, name: str) -> bytes:
    return f"{kind}\0{name}".encode()


def _entry(place: bytes, value: bytes | None, version: bytes) -> Entry:
    kind, _, name = place.decode().partition("\0")
    return Entry(kind, name, value, int(version))
