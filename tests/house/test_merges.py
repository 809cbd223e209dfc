"""Nobody left a merge half done."""

from tests.house.tree import ROOT

_MARKS = ("<" * 7 + " ", ">" * 7 + " ")
_KINDS = {".py", ".md", ".yaml", ".json", ".lua", ".toml", ".lock"}


def test_no_file_has_the_marks_of_a_conflict() -> None:
    """
    Documents with such marks pass every other test.
    """
    folders = [ROOT / name for name in ("gateway", "tests", "docs", "policies", "benchmarks")]
    files = [*ROOT.glob("*.*"), *(path for folder in folders for path in folder.rglob("*.*"))]

    marked = [
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix in _KINDS
        and any(line.startswith(_MARKS) for line in path.read_text(encoding="utf-8").splitlines())
    ]

    assert [] == marked
