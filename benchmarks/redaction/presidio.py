"""Presidio, to measure it beside the gateway, in whatever interpreter has it."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.redaction.score import Finding

# Run apart from this folder, whose `numbers` is not the one that others mean.
_READER = Path(__file__).with_name("presidio_reader.py")


class Presidio:
    """Ask Presidio for what it finds; `versions` says who answers."""

    def __init__(self, python: str, model: str = "") -> None:
        self._process = subprocess.Popen(
            [python, "-I", str(_READER), model], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            self.versions: list[str] = self._answer()
        except EOFError:
            self._process.communicate()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def find(self, text: str) -> list[Finding]:
        """Return what it finds in a text."""
        assert self._process.stdin is not None  # noqa: S101 - it was opened with a pipe
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        return [(start, end, kind) for start, end, kind in self._answer()]

    def _answer(self) -> Any:
        assert self._process.stdout is not None  # noqa: S101 - it was opened with a pipe
        line = self._process.stdout.readline()
        if not line:
            raise EOFError("Presidio has ended; what it said about it stands above")
        return json.loads(line)


def has_presidio(python: str) -> bool:
    """Return whether an interpreter has it."""
    asked = [python, "-I", "-c", "import presidio_analyzer, spacy"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0
