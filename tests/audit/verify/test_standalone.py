"""The verifier as one file runs without the gateway, and finds what the gateway's finds."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.audit.verify.main import main
from gateway.audit.verify.standalone import standalone_text
from tests.fakes.audit_logs import WRITER, a_log

_LONE = """
import runpy, sys
class Refuser:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("gateway", "msgspec", "orjson"):
            raise ImportError(name)
sys.meta_path.insert(0, Refuser())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_it_needs_python_and_cryptography_alone() -> None:
    """
    Nothing else is imported.
    """
    tree = ast.parse(standalone_text())

    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)
    assert {"cryptography"} == foreign


@pytest.mark.slow
@pytest.mark.parametrize(("edit", "code"), [(b"req_5", 0), (b"req_9", 1)])
def test_it_says_what_the_gateway_says(
    tmp_path: Path, edit: bytes, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Run by an interpreter that is refused everything of ours, it prints the same.
    """
    log = a_log(tmp_path / "log")
    path = log.layout.segment(WRITER, 1)
    path.write_bytes(path.read_bytes().replace(b"req_5", edit, 1))
    one_file = tmp_path / "audit_verify.py"
    one_file.write_text(standalone_text(), encoding="utf-8")

    alone = subprocess.run(
        [sys.executable, "-I", "-c", _LONE, one_file, log.folder, "--pin", log.pin],
        capture_output=True,
        text=True,
        check=False,
    )

    assert code == main([str(log.folder), "--pin", log.pin])
    assert (code, capsys.readouterr().out, "") == (alone.returncode, alone.stdout, alone.stderr)
