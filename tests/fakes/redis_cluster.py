"""A real Redis Cluster on this machine: three masters, each with one replica."""

import time
from collections.abc import Callable
from pathlib import Path

from tests.fakes.redis_server import RedisServer

_SLOTS = 16_384
_PATIENCE_SECONDS = 30.0


class RedisCluster:
    """
    Six redis-server processes that know each other.

    `masters` and `replicas` are in the same order: each master's replica has
    its place.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        common = (
            "--cluster-enabled", "yes", "--cluster-node-timeout", "1000",
            "--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0", *options,
        )  # fmt: skip
        nodes = [RedisServer(folder / f"node-{number}", *common) for number in range(6)]
        self.masters, self.replicas = nodes[:3], nodes[3:]

    @property
    def url(self) -> str:
        """What GATEWAY_REDIS_URL says for it."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in (*self.masters, *self.replicas))
        return f"redis+cluster://{hosts}"

    def start(self) -> "RedisCluster":
        """Start the processes and form the cluster; return when all slots and replicas are there."""
        nodes = (*self.masters, *self.replicas)
        for node in nodes:
            node.start()
        for place, master in enumerate(self.masters):
            first, last = place * _SLOTS // 3, (place + 1) * _SLOTS // 3
            master.ask("CLUSTER", "ADDSLOTS", *map(str, range(first, last)))
        for node in nodes[1:]:
            node.ask("CLUSTER", "MEET", "127.0.0.1", str(self.masters[0].port))
        for master, replica in zip(self.masters, self.replicas, strict=True):
            name = _bulk(master.ask("CLUSTER", "MYID"))
            _await(lambda: b"+OK" in replica.ask("CLUSTER", "REPLICATE", name), "a replica knows its master")  # noqa: B023
        _await(lambda: all(b"cluster_state:ok" in node.ask("CLUSTER", "INFO") for node in nodes), "the slots")
        _await(
            lambda: all(b"state=online" in node.ask("INFO", "replication") for node in self.masters),
            "replicas",
        )
        return self

    def await_promotion(self, place: int) -> None:
        """Return once the replica at this place is a master."""
        _await(lambda: b"role:master" in self.replicas[place].ask("INFO", "replication"), "a promotion")

    def owner(self, key: str) -> int:
        """Return the place of the master that holds a key."""
        slot = int(self.masters[0].ask("CLUSTER", "KEYSLOT", key)[1:])
        return min(2, slot * 3 // _SLOTS)

    def stop(self) -> None:
        """Stop every process."""
        for node in (*self.masters, *self.replicas):
            node.stop()


def _bulk(reply: bytes) -> str:
    return reply.split(b"\r\n")[1].decode()


def _await(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.02)
