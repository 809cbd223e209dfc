"""The numbered files in which heads and checkpoints stand, one a line; packed once they are full and old."""

import gzip
import re
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from gateway.audit.verify.finding import broken

_NUMBERED = re.compile(r"([0-9]{8})\.jsonl(?:\.gz)?")
_IN_A_FILE = 65_536
_THINNED = "checkpoints"


def lines_of(folder: Path, part: str) -> Iterator[tuple[str, int, bytes]]:
    """Return every line of the numbered files of a part, with file and line; raise `Broken` at a gap."""
    found = (_NUMBERED.fullmatch(path.name) for path in (folder / part).glob("*"))
    names = sorted({name[1] for name in found if name})
    for index, name in enumerate(names):
        expected = f"{index:08d}"
        if name != expected:
            raise broken(f"{part}/{expected}.jsonl", "the file is missing")
        file, is_packed = _opened(folder / part / f"{name}.jsonl")
        place = f"{part}/{name}.jsonl{'.gz' if is_packed else ''}"
        number = 0
        with file:
            for number, line in _numbered(file, place):
                yield place, number, line
        has_all = number == _IN_A_FILE or (is_packed and part == _THINNED and number > 0)
        if not has_all and index + 1 < len(names):
            raise broken(place, f"it has {number} lines and should have {_IN_A_FILE}", line=number)


def _opened(path: Path) -> tuple[BinaryIO, bool]:
    try:
        return path.open("rb"), False
    except FileNotFoundError:
        # The packed one was there before this one went.
        return BufferedReader(gzip.open(f"{path}.gz")), True


def _numbered(file: BinaryIO, place: str) -> Iterator[tuple[int, bytes]]:
    number = 0
    try:
        for line in file:
            number += 1
            yield number, line
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise broken(place, "what is packed in it cannot be read", line=number) from error
