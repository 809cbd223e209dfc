"""Modules become one file, or it is said why they cannot."""

import pytest

from gateway.audit.verify.joining import CannotJoin, joined

_FIRST = '''"""The first."""

import json

from house.other import helper

_LIMIT = 3


def shout(text: str) -> str:
    """Say it loudly."""
    return json.dumps(text.upper())[:_LIMIT]
'''
_SECOND = '''"""The second."""

import json
import sys
from pathlib import Path

from house.first import (
    shout,
)


def main() -> int:
    """Run."""
    sys.stdout.write(shout(Path("a").name))
    return 7
'''


def _join(**sources: str) -> str:
    return joined(sources, head='"""One file."""\n', own="house")


def test_the_file_runs_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """
    Imports from inside fall away, those from outside stand once at the top.
    """
    text = _join(first=_FIRST, second=_SECOND)

    with pytest.raises(SystemExit) as ended:
        exec(compile(text, "one.py", "exec"), {"__name__": "__main__"})  # noqa: S102

    assert 7 == ended.value.code
    assert '"A"'[:3] == capsys.readouterr().out
    assert 1 == text.count("import json")
    assert "house" not in text


def test_a_name_defined_twice_is_refused() -> None:
    """
    The second would silently take the place of the first.
    """
    with pytest.raises(CannotJoin, match="_LIMIT is defined in first and in second"):
        _join(first=_FIRST, second="_LIMIT = 4\n")


def test_an_import_inside_a_function_is_refused() -> None:
    """
    Nobody would see what the file needs.
    """
    with pytest.raises(CannotJoin, match="line 2"):
        _join(first="def late():\n    import os\n")


def test_a_renamed_import_from_inside_is_refused() -> None:
    """
    The other name would not exist in the one file.
    """
    with pytest.raises(CannotJoin, match="shout"):
        _join(first="from house.first import shout as cry\n")
