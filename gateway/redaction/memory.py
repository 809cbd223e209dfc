"""What was found in texts that were seen before."""

import hashlib
from collections import OrderedDict

from gateway.redaction.finding import Finding

Findings = tuple[Finding, ...]


class ScanMemory:
    """
    Findings by the text they were made in, so that a growing conversation is looked through once.

    It holds no text: a text is known by a digest with a secret of this
    process, a value by its mark. The texts that were not seen for longest are
    forgotten first.
    """

    __slots__ = ("_kept", "_room", "_used")

    def __init__(self, room: int = 200_000) -> None:
        self._kept: OrderedDict[bytes, Findings] = OrderedDict()
        self._room = room
        self._used = 0

    def __len__(self) -> int:
        return len(self._kept)

    def recall(self, key: bytes) -> Findings | None:
        """Return what was found in a text, None if it is not known."""
        findings = self._kept.get(key)
        if findings is not None:
            self._kept.move_to_end(key)
        return findings

    def keep(self, key: bytes, findings: Findings) -> None:
        """Remember what was found in a text; one with more findings than there is room is not kept."""
        weight = 1 + len(findings)
        if weight > self._room or key in self._kept:
            return
        self._kept[key] = findings
        self._used += weight
        while self._used > self._room:
            _, forgotten = self._kept.popitem(last=False)
            self._used -= 1 + len(forgotten)


def text_key(secret: bytes, text: str) -> bytes:
    """Return by what a text is known to whoever has the secret."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=secret).digest()
