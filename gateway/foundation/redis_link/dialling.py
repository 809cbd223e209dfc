"""
The file that speaks redis-py for lanes: it finds servers, connects and logs in.

redis-py knows TLS, passwords, Sentinel and Cluster; what it connects for us
is handed to a `Lane`, which from then on owns the socket.
"""

import asyncio
import os
import socket
import ssl
from pathlib import Path
from typing import Any, TypeAlias

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import MasterNotFoundError
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import AuthenticationError, RedisClusterException, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimedOut

from gateway.foundation.redis_link.address import Endpoint, RedisAddress
from gateway.foundation.redis_link.failures import (
    RedisDown,
    RedisFailure,
    RedisLost,
    RedisRefused,
    UnfitRedis,
)
from gateway.foundation.redis_link.lane import Lane
from gateway.foundation.redis_link.sentinels import Sentinels

SlowClient: TypeAlias = "Redis | RedisCluster"
AnyConnection: TypeAlias = "Connection | UnixDomainSocketConnection"

# What redis-py raises; a cluster's own errors are relatives of none of the others, and uvloop's word for a
# connection that was reset is RuntimeError.
REDIS_ERRORS = (RedisError, RedisClusterException, OSError, RuntimeError)
_DIAL_SECONDS = 2.0
_SLOW_SECONDS = 5.0
_KEEPS_EVERYTHING = "noeviction"


def slot_of(tag: bytes) -> int:
    """Return the hash slot of all keys with this text in braces, or of this key."""
    return key_slot(tag)


class Dialler:
    """
    Connect to the Redis of one address.

    With `must_keep` a server that would evict what it holds is refused: a
    limit that Redis forgets is no limit.
    """

    def __init__(self, address: RedisAddress, ca_file: Path | None = None, *, must_keep: bool = True) -> None:
        self._address = address
        self._must_keep = must_keep
        self._login: dict[str, Any] = {
            "username": address.username,
            "password": address.password.reveal() if address.password is not None else None,
            "protocol": 2,
            "socket_connect_timeout": _DIAL_SECONDS,
            "socket_timeout": _SLOW_SECONDS,
        }
        self._sentinels: Sentinels | None = None
        self._tls: dict[str, Any] = {}
        if address.is_secure:
            shown = None if address.certificate is None else str(address.certificate)
            self._tls = {
                "ssl_ca_certs": str(ca_file) if ca_file is not None else None,
                "ssl_certfile": shown,
                "ssl_keyfile": shown,
            }

    @property
    def is_cluster(self) -> bool:
        """Whether keys are spread over several servers."""
        return self._address.shape == "cluster"

    def client(self) -> SlowClient:
        """
        Return a redis-py client for slow things: subscriptions, scans, a look now and then.

        It connects when it is first used; close it with `aclose()`. Its
        errors are redis-py's; `failure_of` makes them ours.
        """
        address = self._address
        tls = {**self._tls, "ssl": True} if address.is_secure else {}
        if address.shape == "cluster":
            # All of them: the first may be the one that is down.
            nodes = [ClusterNode(host, port) for host, port in address.endpoints]
            return RedisCluster(startup_nodes=nodes, **self._login, **tls)
        if address.shape == "sentinel":
            client: Redis = self._sentinel().master_for(address.service, db=address.database, **tls)
            return client
        if address.shape == "unix":
            return Redis(unix_socket_path=address.path, db=address.database, **self._login)
        host, port = address.endpoints[0]
        return Redis(host=host, port=port, db=address.database, **self._login, **tls)

    async def dial(self, lane: Lane, endpoint: Endpoint | None = None) -> None:
        """Connect a lane to this server of a cluster, or to the one there is; raise a `RedisFailure`."""
        connection: AnyConnection | None = None
        try:
            async with asyncio.timeout(_DIAL_SECONDS):
                connection = await self._connection(endpoint)
                await connection.connect()  # type: ignore[no-untyped-call]
                await self._examine(connection)
            _hand_over(connection, lane)
        except RedisFailure:
            raise
        except Exception as error:
            # Whatever it is, who dials has to go on: redis-py makes anything of a stranger's words.
            raise failure_of(error) from error
        finally:
            # Handed over, it has nothing left to close.
            if connection is not None:
                await connection.disconnect(nowait=True)

    async def masters(self, client: RedisCluster) -> dict[int, Endpoint]:
        """Ask a cluster anew which server holds which slot; raise a `RedisFailure`."""
        try:
            async with asyncio.timeout(_SLOW_SECONDS):
                # The first makes the client whole, the second asks anew.
                await client.initialize()
                await client.nodes_manager.initialize()
        except Exception as error:
            # As above.
            raise failure_of(error) from error
        cache = client.nodes_manager.slots_cache
        return {slot: (nodes[0].host, int(nodes[0].port)) for slot, nodes in cache.items() if nodes}

    async def close(self) -> None:
        """Let go of the connections to Sentinel; they are made again when they are needed."""
        sentinels, self._sentinels = self._sentinels, None
        if sentinels is not None:
            await sentinels.close()

    def _sentinel(self) -> Sentinels:
        if self._sentinels is None:
            tls = {**self._tls, "ssl": True} if self._address.is_secure else {}
            self._sentinels = Sentinels(self._address.endpoints, tls, self._login)
        return self._sentinels

    async def _connection(self, endpoint: Endpoint | None) -> AnyConnection:
        address = self._address
        options: dict[str, Any] = {**self._login, "retry": Retry(NoBackoff(), 0)}
        if address.shape == "unix":
            return UnixDomainSocketConnection(path=address.path, db=address.database, **options)
        if address.shape == "sentinel":
            endpoint = await self._sentinel().discover_master(address.service)
        host, port = endpoint or address.endpoints[0]
        kind = SSLConnection if address.is_secure else Connection
        return kind(host=host, port=port, db=address.database, **options, **self._tls)

    async def _examine(self, connection: AnyConnection) -> None:
        """Ask for a sign of life, whether it takes writes, and whether it keeps what it is given."""
        await _ask(connection, "PING")
        if await _is_replica(connection, must_say=self._must_keep):
            raise RedisDown(f"the Redis at {self._address.told} is a replica, which takes no writes")
        if not self._must_keep:
            return
        policy = _fact(await _ask(connection, "INFO", "memory"), "maxmemory_policy") or _KEEPS_EVERYTHING
        if policy != _KEEPS_EVERYTHING:
            raise UnfitRedis(
                f"The Redis at {self._address.told} evicts keys when its memory is full "
                f"(maxmemory-policy {policy}), and what limits count would be forgotten. "
                "Set maxmemory-policy noeviction, or use another Redis for what may be lost."
            )


async def _ask(connection: AnyConnection, *words: str) -> Any:
    await connection.send_command(*words, check_health=False)
    return await connection.read_response()


async def _is_replica(connection: AnyConnection, *, must_say: bool) -> bool:
    try:
        told = await _ask(connection, "INFO", "replication")
    except ResponseError:
        if must_say:
            raise
        # A user of a cache need not be let ask.
        return False
    return _fact(told, "role") == "slave" and _fact(told, "slave_read_only") != "0"


def _hand_over(connection: AnyConnection, lane: Lane) -> None:
    """Give the socket that redis-py opened to the lane; there is no other way to it."""
    writer = connection._writer  # noqa: SLF001
    if writer is None or writer.transport.is_closing():
        raise RedisDown("the connection to Redis broke as soon as it was made")
    connection._reader = connection._writer = None  # noqa: SLF001
    lane.hold(writer)
    writer.transport.set_protocol(lane)
    lane.connection_made(writer.transport)


def failure_of(error: BaseException) -> RedisDown | RedisLost | RedisRefused | UnfitRedis:
    """Return redis-py's error as one of ours."""
    causes = _causes(error)
    # A cluster puts it into an error of its own.
    if any(isinstance(cause, AuthenticationError) for cause in causes):
        return UnfitRedis("Redis does not accept the user or password of GATEWAY_REDIS_URL. Correct them.")
    if isinstance(error, ResponseError):
        return RedisRefused(str(error))
    if isinstance(error, MasterNotFoundError):
        return RedisDown("no Sentinel that answers knows a master of the name in GATEWAY_REDIS_URL")
    if isinstance(error, TimeoutError | RedisTimedOut):
        return RedisLost("Redis did not answer in time")
    return RedisDown(f"Redis cannot be reached ({_reason_of(causes[-1]) or type(error).__name__})")


def _causes(error: BaseException) -> list[BaseException]:
    """Return an error, what it was raised for, and so on to the first cause."""
    causes = [error]
    while (earlier := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(earlier)
    return causes


def _reason_of(cause: BaseException) -> str | None:
    """Return what the system says of a cause; no address is in it."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return f"TLS: {cause.reason or cause}"
    if isinstance(cause, socket.gaierror):
        return cause.strerror or "no such host"
    if isinstance(cause, OSError) and cause.errno:
        return os.strerror(cause.errno)
    return None


def _fact(info: Any, wanted: str) -> str | None:
    """Return what an answer to INFO says of one thing."""
    text = info.decode("utf-8", "replace") if isinstance(info, bytes) else str(info)
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == wanted:
            return value.strip()
    return None
