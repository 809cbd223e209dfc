"""Which log lay in which folder: one whose disk is not mounted looks like a folder without any."""

from gateway.audit.layout import Layout
from gateway.foundation.state_folder import StateFolder, UnusableState

FILE = "audit-logs.json"


class KnownLogs:
    """The names of the logs that were begun here, kept in the state folder, outside of their own."""

    def __init__(self, state: StateFolder) -> None:
        self._state = state

    def demand(self, layout: Layout) -> None:
        """Raise `UnusableState` unless the log is there that the folder had, if it had one."""
        known = (self._state.read(FILE) or {}).get(self._name(layout))
        found = layout.origin.read_text(encoding="ascii").strip() if layout.origin.exists() else None
        if known is not None and known != found:
            there = "no log is there now" if found is None else f"{found} is there now"
            raise UnusableState(
                f"The audit log {known} was in {layout.root}, and {there}. Mount its disk, or restore it. "
                f"If it is gone for good, delete {self._state.path / FILE}: the next start begins a new log."
            )

    def keep(self, layout: Layout, origin: str) -> None:
        """Remember the log of a folder."""
        known = self._state.read(FILE) or {}
        if known.get(self._name(layout)) != origin:
            self._state.write(FILE, {**known, self._name(layout): origin})

    def _name(self, layout: Layout) -> str:
        # Within the state folder by the name there, so that the whole of it may be moved.
        root, state = layout.root.resolve(), self._state.path.resolve()
        return str(root.relative_to(state) if root.is_relative_to(state) else root)
