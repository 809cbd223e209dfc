"""The list of notices is the list of what the rooms tell."""

import ast
import re

from gateway.audit.notices import NOTICES as OF_THE_AUDIT_LOG
from gateway.audit.notices import OTHER_NOTICE
from gateway.telemetry.announcements import ANNOUNCEMENTS
from gateway.telemetry.notice_levels import LEVELS, NOTICES, level_of
from tests.house.tree import ROOT, modules, syntax

_KIND = re.compile(r"[a-z]+\.[a-z_]+")
_DOCUMENTED = re.compile(r"^\| `([a-z]+\.[a-z_]+)` \| ([a-z]+) \| (.+) \|$", re.MULTILINE)


def _told() -> set[str]:
    """Every text that looks like the kind of a notice, in the files that tell some."""
    texts: set[str] = set()
    for module in modules():
        if "Notice(" not in (ROOT / module).read_text():
            continue
        for node in ast.walk(syntax(module)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _KIND.fullmatch(node.value):
                texts.add(node.value)
    return texts


def test_all_that_is_told_is_listed_and_all_that_is_listed_is_told() -> None:
    """
    Acts on keys are put together from two words, so the audit log's list of them stands in.
    """
    acts = {kind for kind in OF_THE_AUDIT_LOG if kind.startswith("key.")}

    assert set(NOTICES) == {kind for kind in _told() if not kind.endswith(".py")} | acts


def test_what_the_audit_log_calls_by_name_is_listed() -> None:
    """
    A record of a kind that nobody tells would be a promise that nobody keeps.
    """
    assert set(OF_THE_AUDIT_LOG) - {OTHER_NOTICE} <= set(NOTICES)


def test_the_document_shows_the_list() -> None:
    """
    docs/logging.md says the same of each, first of what rooms tell, then of what a process says of itself.
    """
    rows = _DOCUMENTED.findall((ROOT / "docs/logging.md").read_text())

    assert [(kind, *said) for kind, said in (NOTICES | ANNOUNCEMENTS).items()] == rows


def test_a_notice_that_is_not_known_is_not_to_be_missed() -> None:
    """
    Nor is any of a level that does not exist.
    """
    assert "warning" == level_of("nobody.knows")
    assert {level for level, _ in NOTICES.values()} <= set(LEVELS)
