"""The documents do not point into the void."""

import re
from pathlib import Path

from tests.house.tree import ROOT

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def _documents() -> list[Path]:
    return sorted(
        [
            *ROOT.glob("*.md"),
            *(path for name in ("docs", "policies", "deploy") for path in (ROOT / name).rglob("*.md")),
        ]
    )


def test_every_relative_link_leads_somewhere() -> None:
    """
    A link to a file of the project names a file that is there.
    """
    broken = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in _documents()
        for target in _LINK.findall(document.read_text())
        if not re.match(r"[a-z]+:|#", target) and not (document.parent / target.partition("#")[0]).exists()
    ]

    assert [] == broken


def test_every_link_into_a_document_names_a_heading() -> None:
    """
    What stands after `#` is a heading of that document.
    """
    broken = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in _documents()
        for target in _LINK.findall(document.read_text())
        if "#" in target and not re.match(r"[a-z]+:", target)
        if target.partition("#")[2] not in _anchors(document, target.partition("#")[0])
    ]

    assert [] == broken


def test_every_make_target_the_documents_name_is_there() -> None:
    """
    `make something` in a document is a target of the Makefile.
    """
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    missing = [
        f"{document.relative_to(ROOT)}: make {name}"
        for document in _documents()
        for name in re.findall(r"(?:`|^ {0,4})make ([a-z-]+)", document.read_text(), re.MULTILINE)
        if name not in targets
    ]

    assert [] == missing


def _anchors(document: Path, target: str) -> set[str]:
    text = (document.parent / target if target else document).read_text()
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
