"""Kept texts beside the log: there as the records say, or their absence explained."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

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
    _files: dict[str, Path] | None = None

    def take(self, line: bytes, file: str, number: int, seq: int) -> None:
        """Check the texts of one record."""
        for named in json.loads(line).get("content", ()):
            self._check(named, Finding(file, f"the text {named['id']} is missing", number, seq))

    def explain(self, records: Iterable[KeptRecord]) -> None:
        """Take in what the log says of expiry and erasure; what stays unexplained becomes a finding."""
        ids: set[str] = set()
        keys: set[str] = set()
        for record in records:
            said = json.loads(record.text)
            ids |= set(said.get("ids", ()))
            keys |= set(said.get("keys", ()))
        for text_id, (key_id, finding) in self._absent.items():
            if text_id in ids or key_id in keys:
                self.gone += 1
            else:
                self.findings.append(finding)

    def _check(self, named: Mapping[str, Any], absence: Finding) -> None:
        path = self._found().get(named["id"])
        if path is None:
            self._absent[named["id"]] = (named["key_id"], absence)
            return
        self.checked += 1
        if sha256(path.read_bytes()).hexdigest() != named["sha256"]:
            what = f"the text {named['id']} is not the one that was kept"
            self.findings.append(Finding(absence.file, what, absence.line, absence.seq))

    def _found(self) -> dict[str, Path]:
        """Every file of the content store by its name, listed once."""
        if self._files is None:
            found = (self.folder / "content").rglob("*")
            self._files = {path.name: path for path in found if path.is_file()}
        return self._files
