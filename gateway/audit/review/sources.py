"""Which files hold the records that are searched."""

from collections.abc import Iterable
from pathlib import Path


class NothingThere(Exception):
    """A path that was named holds no records; the message names it."""


def files_of(paths: Iterable[Path]) -> list[Path]:
    """
    Return the files of records behind these paths.

    A log's folder stands for the segments in it, another folder for every
    .jsonl and .parquet file below it, and a file for itself.
    """
    found: list[Path] = []
    for path in paths:
        files = _files_in(path) if path.is_dir() else [path] if path.is_file() else []
        if not files:
            raise NothingThere(f"There are no records in {path}: no log, no .jsonl and no .parquet file.")
        found += files
    return sorted(dict.fromkeys(found))


def _files_in(folder: Path) -> list[Path]:
    # Heads and checkpoints of a log are JSON lines too, and no records.
    if (folder / "writers").is_dir():
        return list((folder / "writers").glob("*/*.jsonl"))
    return [*folder.rglob("*.jsonl"), *folder.rglob("*.parquet")]
