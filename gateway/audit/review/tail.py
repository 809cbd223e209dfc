"""New records of one or more logs as they are written, whichever process writes them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from gateway.audit.review.matching import Record, matches, newest, order
from gateway.audit.review.question import Question
from gateway.audit.review.reading import read_records, record_of
from gateway.audit.review.sources import NothingThere, files_of


class LogTail:
    """
    Remember how far every file was read, and give what came since.

    A line that is not finished yet is given when it is. A file that is gone
    has expired.
    """

    def __init__(self, folders: Sequence[Path], question: Question) -> None:
        self._folders = folders
        self._question = question
        self._read: dict[Path, int] = {}

    def last(self, count: int) -> list[Record]:
        """Return the newest records that are there, oldest first, and go on behind them."""
        files = self._files()
        self._read = {path: _whole_bytes(path) for path in files}
        return newest(read_records(files, self._question), count)

    def new(self) -> list[Record]:
        """Return what was written since the last look, in the order of its time."""
        return sorted((record for path in self._files() for record in self._new_in(path)), key=order)

    def _new_in(self, path: Path) -> Iterator[Record]:
        begin = self._read.get(path, 0)
        try:
            with path.open("rb") as file:
                file.seek(begin)
                data = file.read()
        except FileNotFoundError:
            return
        whole = data[: data.rfind(b"\n") + 1]
        self._read[path] = begin + len(whole)
        for line in whole.splitlines():
            record = record_of(line)
            if record is not None and matches(self._question, record):
                yield record

    def _files(self) -> list[Path]:
        found: list[Path] = []
        for folder in self._folders:
            with suppress(NothingThere):
                found += files_of([folder])
        return found


def _whole_bytes(path: Path) -> int:
    """Return where the last whole line ends."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 1_048_576))
        begin, end = file.tell(), file.read()
    return begin + end.rfind(b"\n") + 1
