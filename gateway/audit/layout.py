"""
Where everything of a log lies.

    origin                          the log's name
    epochs.jsonl                    the keys that sign, one line each
    heads/00000000.jsonl            65,536 heads each: the leaves of the host's tree
    heads/00000000.root             the root over a full file: a note, no part of the proof
    checkpoints/00000000.jsonl      checkpoints, by the same count: {"note": "..."}
    .../00000000.jsonl.gz           what becomes of a full file of either (`packing.py`)
    checkpoint                      the newest one
    writers/<writer>/000000.jsonl   a segment: records
    writers/<writer>/000000.seal    what is known of a finished segment
    writers/<writer>/000000.torn    bytes cut off its end in a recovery
    writers/<writer>/head           the writer's durable head, for the host's checkpoint
    writers/<writer>/lock           held by the process that writes
    content/<key id>/<id>           kept texts, encrypted
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec

HEADS_IN_A_FILE = 65_536


class Seal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """
    What is known of a finished segment; with it the tree goes on when the segment is gone.

    `first_prev` and `peaks_before` are where the chain stood before its first
    record, `last` and `peaks_after` where it stands after the last. `is_final`
    says that the writer wrote nothing after it. `sha256` is that of the file, in seals
    of before December 2026: the peaks hold every byte of it already.
    """

    writer: str
    segment: int
    first_seq: int
    records: int
    first_prev: str
    last: str
    peaks_before: tuple[str, ...]
    peaks_after: tuple[str, ...]
    bytes: int
    first_time: str
    last_time: str
    is_final: bool
    sha256: str | None = None

    @property
    def last_seq(self) -> int:
        """The number of its last record."""
        return self.first_seq + self.records - 1


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one log."""

    root: Path

    @property
    def origin(self) -> Path:
        """The file that names the log."""
        return self.root / "origin"

    @property
    def epochs(self) -> Path:
        """The keys that sign."""
        return self.root / "epochs.jsonl"

    @property
    def newest_checkpoint(self) -> Path:
        """The checkpoint that was signed last."""
        return self.root / "checkpoint"

    @property
    def writers(self) -> Path:
        """The folder of all writers."""
        return self.root / "writers"

    def heads(self, index: int) -> Path:
        """Return the file with the head of this number."""
        return self.root / "heads" / f"{index // HEADS_IN_A_FILE:08d}.jsonl"

    def checkpoints(self, index: int) -> Path:
        """Return the file with the checkpoint of this number."""
        return self.root / "checkpoints" / f"{index // HEADS_IN_A_FILE:08d}.jsonl"

    def segment(self, writer: str, number: int) -> Path:
        """Return the file of a segment."""
        return self.writers / writer / f"{number:06d}.jsonl"

    def seal(self, writer: str, number: int) -> Path:
        """Return the file that seals a segment."""
        return self.writers / writer / f"{number:06d}.seal"

    def torn(self, writer: str, number: int) -> Path:
        """Return the file that keeps what was cut off a segment."""
        return self.writers / writer / f"{number:06d}.torn"

    def head(self, writer: str) -> Path:
        """Return the file with a writer's durable head."""
        return self.writers / writer / "head"

    def lock(self, writer: str) -> Path:
        """Return the file that a living writer holds."""
        return self.writers / writer / "lock"

    def content(self, key_id: str, content_id: str) -> Path:
        """Return the file of a kept text."""
        return self.root / "content" / key_id / content_id
