"""
The desk where the valid book lies, and who looks whether the documents changed.

`PolicyDesk.reload` may be called from any thread. A bad set of documents
keeps the book that is there; an exchange keeps the book it began under.
"""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from gateway.foundation.file_watcher import FileWatcher
from gateway.policy.book import PolicyBook
from gateway.policy.errors import PolicyError, PolicyRejected, PolicyUndecided
from gateway.policy.loader import policy_files
from gateway.vocabulary.notice import Listener, Notice

_ERRORS_TOLD = 20


class PolicyDesk:
    """
    Hold the valid book and exchange it whole.

    `build` reads and compiles the documents, or raises `PolicyRejected`; it
    may take its time, so call `reload` outside the event loop. Anything else
    that it raises is a fault of ours, of which `on_error` hears, and a
    rejection like any other. `is_undecided` says that the last documents were
    not at fault, and should be tried again.
    """

    def __init__(
        self,
        book: PolicyBook,
        build: Callable[[], PolicyBook],
        listeners: Sequence[Listener] = (),
        *,
        on_error: Callable[[BaseException], None],
    ) -> None:
        self.book = book
        self._build = build
        self._listeners = listeners
        self._on_error = on_error
        self._reloading = threading.Lock()
        self._told: Notice | None = None
        self.is_undecided = False

    def reload(self) -> bool:
        """Put the book of the present documents on the desk; False if they were rejected."""
        # One at a time: a slow older build must not replace a newer one.
        with self._reloading:
            try:
                book = self._build()
            except PolicyRejected as rejected:
                self._reject(rejected)
                return False
            except Exception as error:  # noqa: BLE001 - whoever asked, the old book stays and an alert tells
                self._on_error(error)
                self._reject(_fault(error))
                return False
            self.is_undecided, self._told = False, None
            previous, self.book = self.book.version, book
        self._tell(Notice("policy.reloaded", {"version": book.version, "previous": previous}))
        return True

    def _reject(self, rejected: PolicyRejected) -> None:
        notice = _rejection(rejected, self.book.version)
        # What is tried again and again is told once.
        if not (self.is_undecided and notice == self._told):
            self._tell(notice)
        self.is_undecided, self._told = isinstance(rejected, PolicyUndecided), notice

    def _tell(self, notice: Notice) -> None:
        for listener in self._listeners:
            listener.noticed(notice)


class PolicyWatcher(FileWatcher):
    """Look every second whether the files of a policy folder changed."""

    name = "policy-watcher"

    def __init__(
        self,
        directory: Path,
        on_change: Callable[[], object],
        every_seconds: float = 1.0,
        on_error: Callable[[BaseException], None] | None = None,
        *,
        is_undecided: Callable[[], bool] = lambda: False,
    ) -> None:
        files = partial(policy_files, directory)
        super().__init__(files, on_change, every_seconds, on_error, is_undecided=is_undecided)


def _fault(error: Exception) -> PolicyRejected:
    # Its text may quote a document, and with it a password.
    told = (
        f"could not be read because of a fault of the gateway ({type(error).__name__}), whose place its log "
        "tells as `fault`; report it, and take the last change back"
    )
    return PolicyRejected([PolicyError("policies", "", told)])


def _rejection(rejected: PolicyRejected, kept: str) -> Notice:
    told = rejected.errors[:_ERRORS_TOLD]
    return Notice(
        "policy.rejected",
        {"kept": kept, "count": len(rejected.errors), "errors": "\n".join(map(str, told))},
    )
