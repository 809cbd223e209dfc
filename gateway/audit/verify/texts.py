"""Kept texts beside the log: there as the records say, or their absence explained."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from gateway.audit.verify.finding import Finding
from gateway.audit.verify.walk import KeptRecord


@dataclass(slots=True)
class KeptTexts:
    """
    Hold every text that a record names against its file.

    `checked` counts those that are there and whole, `gone` those whose
    deletion the log tells of.
    """

    folder: Path
    checked: int = 0
    gone: int = 0
    findings: list[Finding] = field(default_factory=list)
    _absent: dict[str, tuple[str, Finding]] = field(default_factory=dict)

    def take(self, line: bytes, file: str, number: int, seq: int) -> None:
        """Check the texts of one record."""
        try:
            named = [
                (str(one["id"]), str(one["key_id"]), str(one["sha256"]))
                for one in json.loads(line).get("content", ())
            ]
        except (ValueError, KeyError, TypeError, RecursionError):
            self.findings.append(Finding(file, "what it says of its texts cannot be read", number, seq))
            return
        for text in named:
            self._check(*text, Finding(file, f"the text {text[0]} is missing", number, seq))

    def explain(self, records: Iterable[KeptRecord]) -> None:
        """Take in what the log says of expiry and erasure; what stays unexplained becomes a finding."""
        ids: set[str] = set()
        keys: set[str] = set()
        for record in records:
            said = record.facts()
            ids |= _texts(said.get("ids"))
            keys |= _texts(said.get("keys"))
        for text_id, (key_id, finding) in self._absent.items():
            if text_id in ids or key_id in keys:
                self.gone += 1
            else:
                self.findings.append(finding)

    def _check(self, text_id: str, key_id: str, digest: str, absence: Finding) -> None:
        try:
            # Looked for one by one: in a log that is being written, a list of the folder is soon an old one.
            data = (self.folder / "content" / key_id / text_id).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
            self._absent[text_id] = (key_id, absence)
            return
        self.checked += 1
        if sha256(data).hexdigest() != digest:
            what = f"the text {text_id} is not the one that was kept"
            self.findings.append(Finding(absence.file, what, absence.line, absence.seq))


def _texts(said: object) -> set[str]:
    return {one for one in said if isinstance(one, str)} if isinstance(said, list) else set()
