"""The one who signs for a host: at any time one process of those that share a log."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import inf

import msgspec

from gateway.audit.checkpoint import Checkpoint, Epoch, Head, sign
from gateway.audit.disk import Disk, HeldLock, try_lock
from gateway.audit.host_tree import BrokenTree, HostTree
from gateway.audit.layout import Layout
from gateway.audit.record import seconds_of, writer_name
from gateway.audit.recovery import is_over
from gateway.audit.signing import SigningKeys

_ORIGIN_BYTES = 4
# Longer than any process needs to hear from the state store of a new key.
_HEARSAY_SECONDS = 30.0


class Notary:
    """
    Gather how far every writer of the log has come, and sign it.

    Whoever holds the lock signs; the others try again each time, so that a
    process that dies is replaced at the next look. `is_broken` says that what
    is on the disk is not what was signed, or by keys that the state store lacks.
    """

    def __init__(
        self,
        layout: Layout,
        disk: Disk,
        keys: SigningKeys,
        *,
        offer: Callable[[str], None] = lambda _: None,
        on_broken: Callable[[], None] = lambda: None,
    ) -> None:
        self._layout = layout
        self._disk = disk
        self._keys = keys
        self._offer = offer
        self._on_broken = on_broken
        self._is_broken = False
        self._tree = HostTree(layout, disk)
        self._lock: HeldLock | None = None
        self._written: tuple[Epoch, ...] = ()
        self._over: set[str] = set()
        self._behind_since: float | None = None

    @property
    def is_broken(self) -> bool:
        """Whether nothing is signed until somebody has looked."""
        return self._is_broken or self._behind_since == inf

    @property
    def origin(self) -> str:
        """The log's own name."""
        return self._keys.origin

    def look(self, time: str) -> bool:
        """Sign what became durable since the last look; False if nothing did, or another process signs."""
        if not self._holds(time) or not self._knows_all_keys(time):
            return False
        # A clock that was put back signs nothing older than what is signed, nor than its key.
        time = max(time, self._tree.signed_time, self._keys.signers[0].epoch.since)
        heads = list(self._news(time))
        if not heads:
            return False
        try:
            self._sign(heads, time)
        except OSError:
            # What is in the files now is found out by reading them again.
            self.close()
            raise
        return True

    def _sign(self, heads: list[Head], time: str) -> None:
        self._tree.add(heads)
        signer = self._keys.at(time)
        self._keep_epochs()
        checkpoint = Checkpoint(
            self._keys.origin, self._tree.size, self._tree.root(), time, signer.epoch.epoch
        )
        note = sign(checkpoint, signer.private)
        self._tree.keep(note, time)
        self._forget_the_dead(heads)
        self._offer(note)

    def close(self) -> None:
        """Let another process sign."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _holds(self, time: str) -> bool:
        if self._lock is not None:
            return True
        lock = None if self._is_broken else try_lock(self._layout.root / "signer.lock")
        if lock is None:
            return False
        try:
            self._written = self._published()
            if not self._knows_all_keys(time):
                lock.release()
                return False
            self._tree.load()
            self._tree.finish()
        except BrokenTree:
            # Said once: it stays so until somebody has looked at the log.
            self._is_broken = True
            self._on_broken()
            lock.release()
            return False
        except BaseException:
            lock.release()
            raise
        self._lock = lock
        return True

    def _news(self, time: str) -> Iterator[Head]:
        there = os.listdir(self._layout.writers)  # noqa: PTH208 - names alone, of which there may be many
        for writer in sorted(set(there) - self._over):
            try:
                head = msgspec.json.decode(self._layout.head(writer).read_bytes(), type=Head)
            except FileNotFoundError:
                self._look_for_the_end(writer)
                continue
            except (NotADirectoryError, msgspec.MsgspecError):
                # Another process is just putting a new one in its place, or died before it could.
                continue
            if head.records > self._tree.known.get(head.writer, 0):
                yield msgspec.structs.replace(head, time=time)

    def _look_for_the_end(self, writer: str) -> None:
        # One that has no head any more is signed to its end, for good: its head is written before its last
        # seal. There is one for each process that ever wrote; no second look is wasted on them.
        if is_over(self._layout, writer) and not self._layout.head(writer).exists():
            self._over.add(writer)

    def _forget_the_dead(self, heads: list[Head]) -> None:
        for head in heads:
            if is_over(self._layout, head.writer):
                self._layout.head(head.writer).unlink(missing_ok=True)

    def _knows_all_keys(self, time: str) -> bool:
        """
        Whether the keys that are published are the beginning of those that we have.

        Another process may have published a key of which we have not heard yet.
        Where it stays so, the state store is older than the log, and nobody has
        the key that would have to sign next.
        """
        if self._epochs()[: len(self._written)] == self._written:
            self._behind_since = None
            return True
        self.close()
        now = seconds_of(time)
        if self._behind_since is None:
            self._behind_since = now
        elif now - self._behind_since >= _HEARSAY_SECONDS:
            # Said once; should a backup with the keys be restored after all, it goes on.
            self._behind_since = inf
            self._on_broken()
        return False

    def _epochs(self) -> tuple[Epoch, ...]:
        return tuple(signer.epoch for signer in self._keys.signers)

    def _published(self) -> tuple[Epoch, ...]:
        try:
            lines = self._layout.epochs.read_bytes().splitlines()
            return tuple(msgspec.json.decode(line, type=Epoch) for line in lines)
        except FileNotFoundError:
            return ()
        except msgspec.MsgspecError as error:
            raise BrokenTree(f"{self._layout.epochs} cannot be read") from error

    def _keep_epochs(self) -> None:
        epochs = self._epochs()
        if epochs != self._written:
            lines = b"".join(msgspec.json.encode(epoch) + b"\n" for epoch in epochs)
            self._disk.replace(self._layout.epochs, lines)
            self._written = epochs


def published_epochs(layout: Layout) -> list[Epoch]:
    """Return the epochs that a log names; none where it has no such file, or one that cannot be read."""
    try:
        lines = layout.epochs.read_bytes().splitlines()
        return [msgspec.json.decode(line, type=Epoch) for line in lines]
    except (FileNotFoundError, msgspec.MsgspecError):
        return []


def origin_of(layout: Layout, disk: Disk, host: str) -> str:
    """Return the log's own name, made when the folder is first used."""
    disk.make_folder(layout.root)
    if not layout.origin.exists():
        name = writer_name(host, 0, 0.0).partition("-0-1970")[0]
        draft = layout.root / f".origin.{secrets.token_hex(_ORIGIN_BYTES)}"
        disk.replace(draft, f"deepseek-gateway.{name}.{secrets.token_hex(_ORIGIN_BYTES)}\n".encode())
        # A link never replaces: of several processes that begin at once, the first one names the log.
        with suppress(FileExistsError):
            os.link(draft, layout.origin)
        draft.unlink()
        disk.sync_folder(layout.root)
    return layout.origin.read_text(encoding="ascii").strip()
