"""Logs of which more is packed than a gateway would: a file has to be full for that, as none of a test is."""

import gzip
from pathlib import Path

from gateway.audit.packing import by_the_minute, packed


def pack_all(folder: Path) -> None:
    """Pack every file of heads and checkpoints as it is."""
    for path in [*folder.glob("heads/*.jsonl"), *folder.glob("checkpoints/*.jsonl")]:
        packed(path).write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        path.unlink()


def thin_all(folder: Path) -> None:
    """Of every file of checkpoints, keep what a packed one keeps."""
    for path in folder.glob("checkpoints/*.jsonl"):
        lines = by_the_minute(path.read_bytes().split(b"\n")[:-1])
        path.write_bytes(b"".join(line + b"\n" for line in lines))
