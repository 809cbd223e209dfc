"""Presidio in another interpreter, or what stands for one."""

import stat
from pathlib import Path

import pytest

from benchmarks.redaction.presidio import Presidio, has_presidio
from benchmarks.redaction.presidio_reader import main

# An interpreter that takes any script for one that finds the first three characters.
_READER = """#!/bin/sh
test "$2" = -c && exit 0
echo '["presidio-analyzer 0"]'
while read -r line; do echo '[[0, 3, "PERSON"]]'; done
"""


def an_interpreter(folder: Path, script: str) -> str:
    file = folder / "python"
    file.write_text(script, encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def test_whoever_answers_is_asked_text_by_text(tmp_path: Path) -> None:
    """
    And says first who it is.
    """
    python = an_interpreter(tmp_path, _READER)

    assert has_presidio(python)
    with Presidio(python) as presidio:
        assert ["presidio-analyzer 0"] == presidio.versions
        assert [[(0, 3, "PERSON")]] * 2 == [presidio.find(text) for text in ("Ann\n", "张伟")]


def test_an_interpreter_without_it_is_not_asked(tmp_path: Path) -> None:
    """
    Nor is one that ends at once taken for one that finds nothing.
    """
    python = an_interpreter(tmp_path, "#!/bin/sh\nexit 1\n")

    assert not has_presidio(python)
    with pytest.raises(EOFError):
        Presidio(python)


def test_the_reader_needs_presidio() -> None:
    """
    It is no part of this house.
    """
    with pytest.raises(ModuleNotFoundError):
        main("")
