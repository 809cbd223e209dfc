"""The runbook has a page for each alert, and what a page says to do can be done."""

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.__main__ import main
from gateway.audit.catalogue import CATALOGUE
from monitoring.exported import exported
from monitoring.promql import read_expression
from monitoring.rules import alerts, records
from tests.deploy.compose_file import read_compose
from tests.house.tree import ROOT, modules

FOLDER = ROOT / "deploy/runbook"
_PAGES = sorted(path for path in FOLDER.glob("*.md") if path.stem != "README")
_KNOWN = exported(records())
_SOURCE = "\n".join((ROOT / module).read_text("utf-8") for module in modules())

_FOREIGN = {"curl", "df", "grep", "journalctl", "openssl", "redis-cli", "systemctl"}
_COMPOSE = {"exec", "kill", "logs", "ps", "restart", "up"}
_OUR_COMMAND = re.compile(r"`(deepseek-gateway [^`]+|docker compose [^`]+)`")


def _blocks(page: Path, language: str) -> list[str]:
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def _commands(page: Path) -> list[str]:
    prose = [word for word in _OUR_COMMAND.findall(page.read_text("utf-8")) if "..." not in word]
    return [part.strip() for line in [*_blocks(page, "sh"), *prose] for part in re.split(r" \| | && ", line)]


def _fault(command: str) -> str:
    """Return what is wrong with a command; nothing if it can be given."""
    words = shlex.split(command)
    if words[:2] == ["docker", "compose"]:
        return _compose_fault(words[2:])
    if words[0] == "deepseek-gateway":
        return _verb_fault(words[1:])
    return "" if words[0] in _FOREIGN else f"no program {words[0]!r}"


def _compose_fault(words: list[str]) -> str:
    services = read_compose()["services"]
    act, *rest = words
    named = [word for word in rest if word in services]
    if act not in _COMPOSE or not named:
        return f"no service in {words}"
    inside = rest[rest.index(named[0]) + 1 :] if act == "exec" else []
    if inside and inside[0] == "python":
        return "" if (ROOT / (inside[2].replace(".", "/") + ".py")).exists() else f"no module {inside[2]}"
    return _fault(shlex.join(inside)) if inside else ""


def _verb_fault(words: list[str]) -> str:
    """Ask the verb itself for help, which nobody but a verb gives, and look for the options there."""
    told = _help(words)
    missing = [word for word in words if re.match("--?[a-z]", word) and word not in told]
    return f"no verb {words}" if not told else f"no option {missing}" if missing else ""


def _help(words: list[str]) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        try:
            main([*words, "--help"])
        except SystemExit as ended:
            return said.getvalue() if ended.code == 0 else ""
    return ""


def _headings(page: Path) -> list[str]:
    return re.findall(r"^#+ .*$", page.read_text("utf-8"), re.MULTILINE)


def test_every_alert_has_a_page_and_every_page_an_alert() -> None:
    """
    And the alert says where its page is.
    """
    named = {alert.name: alert.annotations.get("runbook") for alert in alerts()}

    assert {page.stem: str(page.relative_to(ROOT)) for page in _PAGES} == named


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_it_means_why_how_to_find_out_and_what_to_do(page: Path) -> None:
    """
    Under the same headings on each, in the same order, with words, commands and queries below them.
    """
    assert [f"# {page.stem}", "## Meaning", "## Cause", "## Check", "## Cure"] == _headings(page)
    assert _blocks(page, "promql") or page.stem == "GatewayDown"
    assert _blocks(page, "sh") or page.stem.startswith("FirstToken")


def test_the_index_lists_every_alert_with_its_severity() -> None:
    """
    In the order of the rules.
    """
    rows = re.findall(
        r"^\| \[(\w+)\]\((\w+)\.md\) \| (\w+) \|", (FOLDER / "README.md").read_text(), re.MULTILINE
    )

    assert [(alert.name, alert.name, alert.labels["severity"]) for alert in alerts()] == rows


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.stem)
def test_every_query_of_a_page_can_be_asked(page: Path) -> None:
    """
    It parses, and its metrics and labels are exported or recorded.
    """
    faults = [fault for query in _blocks(page, "promql") for fault in read_expression(query, _KNOWN).faults]

    assert [] == faults


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_can_be_given(page: Path) -> None:
    """
    Programs, verbs, options and services are there, in blocks and in the text.
    """
    faults = [fault for command in _commands(page) if (fault := _fault(command))]

    assert [] == faults


@pytest.mark.parametrize(
    "command",
    [
        "docker compose ps gatway",
        "docker compose burn gateway",
        "docker compose exec gateway python -m gateway.helth",
        "docker compose exec gateway deepseek-gateway policy chek",
        "deepseek-gateway redact --tenant acme",
        "deepseek-gateway audit querry",
        "prometheus-magic --now",
    ],
)
def test_a_command_that_cannot_be_given_is_found(command: str) -> None:
    """
    The test above can fail.
    """
    assert _fault(command)


def _unknown_names() -> Iterator[str]:
    for page in [*_PAGES, FOLDER / "README.md"]:
        text = page.read_text("utf-8")
        events = re.findall(r"`([a-z_]+\.[a-z_]+)`|(?:grep|-e) ([a-z]+\.[a-z_]+)", text)
        for event in {name for found in events for name in found if name} - set(CATALOGUE):
            if f'"{event}"' not in _SOURCE:
                yield f"{page.stem}: event {event}"
        for setting in re.findall(r"GATEWAY_[A-Z_]+", text):
            if setting not in _SOURCE:
                yield f"{page.stem}: setting {setting}"
        for path in re.findall(r"\b((?:deploy|policies)/[\w./]+\.\w+|docker-compose\.yml)", text):
            if not (ROOT / path).exists():
                yield f"{page.stem}: file {path}"


def test_every_event_setting_and_file_of_a_page_is_there() -> None:
    """
    What is looked for in the log is something that the gateway says.
    """
    assert [] == list(_unknown_names())
