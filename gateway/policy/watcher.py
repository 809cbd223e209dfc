"""
The desk where the valid book lies, and who looks whether the documents changed.

`PolicyDesk.reload` may be called from any thread. A bad set of documents
keeps the book that is there; an exchange keeps the book it began under.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from gateway.policy.book import PolicyBook
from gateway.policy.errors import PolicyRejected
from gateway.policy.loader import policy_files
from gateway.vocabulary.notice import Listener, Notice

_ERRORS_TOLD = 20

Snapshot: TypeAlias = dict[str, tuple[int, int, int, int]]


class PolicyDesk:
    """
    Hold the valid book and exchange it whole.

    `build` reads and compiles the documents, or raises `PolicyRejected`; it
    may take its time, so call `reload` outside the event loop.
    """

    def __init__(
        self, book: PolicyBook, build: Callable[[], PolicyBook], listeners: Sequence[Listener] = ()
    ) -> None:
        self.book = book
        self._build = build
        self._listeners = listeners
        self._reloading = threading.Lock()

    def reload(self) -> bool:
        """Put the book of the present documents on the desk; False if they were rejected."""
        # One at a time: a slow older build must not replace a newer one.
        with self._reloading:
            try:
                book = self._build()
            except PolicyRejected as rejected:
                self._tell(_rejection(rejected, self.book.version))
                return False
            previous, self.book = self.book.version, book
        self._tell(Notice("policy.reloaded", {"version": book.version, "previous": previous}))
        return True

    def _tell(self, notice: Notice) -> None:
        for listener in self._listeners:
            listener.noticed(notice)


class PolicyWatcher:
    """
    Look every second whether the files of a policy folder changed.

    A change is reported once it has stayed the same for one more look, so
    that a file half written is not read. Make the watcher before the first
    load, so that nothing changes unseen between the two. `on_error` hears of
    an `on_change` that failed; the watcher goes on.
    """

    def __init__(
        self,
        directory: Path,
        on_change: Callable[[], object],
        every_seconds: float = 1.0,
        on_error: Callable[[BaseException], None] | None = None,
    ) -> None:
        self._directory = directory
        self._on_change = on_change
        self._every_seconds = every_seconds
        self._on_error = on_error
        self._known = take_snapshot(directory)
        self._last = self._known
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="policy-watcher", daemon=True)

    def start(self) -> None:
        """Begin to look; `on_change` is called in the watcher's own thread."""
        self._thread.start()

    def stop(self) -> None:
        """
        Look no more; does not wait for an `on_change` that is running.

        That one may be waiting for the very event loop that stops us.
        """
        self._stopping.set()

    def look(self) -> bool:
        """Look once; report a settled change and return whether there was one."""
        now = take_snapshot(self._directory)
        settled, self._last = now == self._last, now
        if not settled or now == self._known:
            return False
        self._known = now
        self._on_change()
        return True

    def _watch(self) -> None:
        while not self._stopping.wait(self._every_seconds):
            try:
                self.look()
            except Exception as error:
                # A watcher that died would leave every later change unseen.
                if self._on_error is None:
                    raise
                self._on_error(error)


def take_snapshot(directory: Path) -> Snapshot:
    """Return what tells one state of the files from another, links followed."""
    snapshot: Snapshot = {}
    for path in policy_files(directory):
        try:
            seen = path.stat()
        except OSError:
            continue
        snapshot[str(path)] = (seen.st_mtime_ns, seen.st_size, seen.st_ino, seen.st_dev)
    return snapshot


def _rejection(rejected: PolicyRejected, kept: str) -> Notice:
    told = rejected.errors[:_ERRORS_TOLD]
    return Notice(
        "policy.rejected",
        {"kept": kept, "count": len(rejected.errors), "errors": "\n".join(map(str, told))},
    )
