"""The Sentinels that watch over a master: whoever of them answers first says where it is."""

import asyncio
from typing import Any

from redis.asyncio import Redis, Sentinel
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import MasterNotFoundError
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError

from gateway.foundation.redis_link.address import Endpoint

_ASK_SECONDS = 1.5


class Sentinels(Sentinel):
    """
    Ask all of them at once.

    redis-py asks one after the other, and each several times. Where the first
    is down, as with the machine of a master that failed, nobody would wait
    long enough for the second. One that wants a password is shown the master's.
    """

    def __init__(self, endpoints: tuple[Endpoint, ...], tls: dict[str, Any], login: dict[str, Any]) -> None:
        asking = {
            "socket_timeout": _ASK_SECONDS,
            "socket_connect_timeout": _ASK_SECONDS,
            "retry": Retry(NoBackoff(), 0),
            "protocol": 2,
            **tls,
        }
        super().__init__(list(endpoints), sentinel_kwargs=asking, **login)  # type: ignore[no-untyped-call]
        names = {name: login[name] for name in ("username", "password")}
        self._with_login = [Redis(host=host, port=port, **asking, **names) for host, port in endpoints]

    async def discover_master(self, service_name: str) -> Endpoint:
        """Return where the master is; raise redis-py's error if nobody knows."""
        asked = [
            asyncio.ensure_future(self._ask(plain, with_login, service_name))
            for plain, with_login in zip(self.sentinels, self._with_login, strict=True)
        ]
        try:
            for answer in asyncio.as_completed(asked):
                master = await answer
                if master is not None:
                    return master
        finally:
            for question in asked:
                question.cancel()
        raise MasterNotFoundError(f"No Sentinel knows a master '{service_name}'")

    async def close(self) -> None:
        """Let go of the connections."""
        for one in (*self.sentinels, *self._with_login):
            await one.aclose()

    async def _ask(self, plain: Redis, with_login: Redis, service_name: str) -> Endpoint | None:
        try:
            masters = await _masters(plain, with_login)
        except Exception:  # noqa: BLE001 - whatever it is, others may know
            return None
        state = masters.get(service_name) if isinstance(masters, dict) else None
        if not state or not self.check_master_state(state, service_name):
            return None
        return state["ip"], int(state["port"])


async def _masters(plain: Redis, with_login: Redis) -> Any:
    try:
        return await plain.sentinel_masters()
    except AuthenticationError:
        return await with_login.sentinel_masters()
