"""What is wrong with a log, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that is not as it was written.

    `file` is relative to the log's folder. `line` counts from 1 and `seq` is
    the record's own number; both are None where no record is at fault.
    """

    file: str
    what: str
    line: int | None = None
    seq: int | None = None

    def __str__(self) -> str:
        """Return it as one line: place, then what."""
        line = f", line {self.line}" if self.line is not None else ""
        seq = f", record {self.seq}" if self.seq is not None else ""
        return f"{self.file}{line}{seq}: {self.what}"


class Broken(Exception):
    """Something does not prove itself; reading on behind it would prove nothing."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def broken(file: str, what: str, *, line: int | None = None, seq: int | None = None) -> Broken:
    """Return the failure at this place."""
    return Broken(Finding(file, what, line, seq))
