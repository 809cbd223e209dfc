"""Who looks whether files changed, when something else writes them."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

Snapshot: TypeAlias = dict[str, tuple[int, ...]]
Files: TypeAlias = Callable[[], Iterable[Path]]

_LOOKS_BETWEEN_TRIES = 5


class FileWatcher:
    """
    Look every second whether some files changed; `files` says which they are.

    A change is reported once it has stayed the same for one more look, so
    that a file half written is not read. Make the watcher before the first
    reading, so that nothing changes unseen between the two. `on_error` hears
    of an `on_change` that failed; the watcher goes on. While `is_undecided`,
    the present state is reported again and again: what kept it from being
    taken may be over without a change of the files.
    """

    name = "file-watcher"

    def __init__(
        self,
        files: Files,
        on_change: Callable[[], object],
        every_seconds: float = 1.0,
        on_error: Callable[[BaseException], None] | None = None,
        *,
        is_undecided: Callable[[], bool] = lambda: False,
    ) -> None:
        self._files = files
        self._on_change = on_change
        self._every_seconds = every_seconds
        self._on_error = on_error
        self._is_undecided = is_undecided
        self._looks_left = _LOOKS_BETWEEN_TRIES
        self._known = take_snapshot(files())
        self._last = self._known
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=self.name, daemon=True)

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
        """Look once; report a settled change, or one that is undecided, and return whether there was one."""
        now = take_snapshot(self._files())
        settled, self._last = now == self._last, now
        self._looks_left -= 1
        if settled and now != self._known:
            self._known = now
        elif self._looks_left > 0 or not self._is_undecided():
            return False
        self._looks_left = _LOOKS_BETWEEN_TRIES
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


def take_snapshot(files: Iterable[Path]) -> Snapshot:
    """Return what tells one state of the files from another, links followed."""
    snapshot: Snapshot = {}
    for path in files:
        try:
            seen = path.stat()
        except OSError:
            continue
        file = seen.st_ino, seen.st_dev, seen.st_mtime_ns, seen.st_size
        # Who may read it: the way out of a file that cannot be read.
        snapshot[str(path)] = (*file, seen.st_mode, seen.st_uid, seen.st_gid)
    return snapshot
