"""Every YAML block in the documentation that is a policy compiles, put into the shipped policies."""

import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.policy.compiler import compile_book
from gateway.policy.errors import PolicyRejected
from gateway.policy.loader import load
from gateway.policy.servers import Surroundings
from gateway.policy.tree import read_tree
from gateway.redaction.scanners import finder_for
from tests.house.tree import ROOT

_PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "policies" / "README.md"]
_BLOCK = re.compile(r"^ *```yaml\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
# Settings of other programs: an editor's list of models, and Docker Compose.
_FOREIGN = re.compile(r"(#.*\n)?(- {name: gateway|services:)")
_EXAMPLES = [
    pytest.param(block, id=f"{page.name}-{number}")
    for page in _PAGES
    for number, block in enumerate(_BLOCK.findall(page.read_text(encoding="utf-8")))
    if not _FOREIGN.match(block)
]
# What an example says nothing of, because its page has said it before.
_BASIC = "plan: basic\ncache: {enabled: true}\n"
_ACME = "tenant: acme\nplan: basic\nresidency: external\nprojects: {triage: {}}\n"
_RACK = "  rack: {kind: vllm, base_url: 'http://gpu.internal/v1', residency: on_premises}\n"
_VARIABLES = {"RACK_KEY": "sk-rack", "BOLT_KEY": "sk-bolt", "LLM_SECRET": "s3", "DEEPSEEK_API_KEY": "sk-d"}


class Folder:
    """The shipped policies with a plan, a tenant and an upstream more, into which one example goes."""

    def __init__(self, path: Path) -> None:
        self._path = path / "policies"
        shutil.copytree(ROOT / "policies", self._path)
        self._write("plans/basic", _BASIC)
        self._write("tenants/acme", _ACME)
        self._extend("upstreams", _RACK)

    def mistakes(self) -> list[str]:
        """Return what the gateway would have against this folder."""
        try:
            surroundings = Surroundings(frozenset(), "http://127.0.0.1:9", finder_for)
            compile_book(load(self._path, _VARIABLES), surroundings)
        except PolicyRejected as rejected:
            return [str(error) for error in rejected.errors]
        return []

    def take(self, example: str) -> None:
        """Put an example where its first key says that it belongs."""
        text = re.sub(r"sha256:(<[^>]*>|\.\.\.)", f"sha256:{'0' * 64}", example)
        tree = read_tree("example", text)
        kind = next(iter(tree))
        if kind in ("plan", "tenant", "profile"):
            folder = {"plan": "plans", "tenant": "tenants", "profile": "redaction"}[kind]
            self._write(f"{folder}/{tree[kind]}", _whole(text, tree))
            if kind == "plan":
                self._write("tenants/acme", _ACME.replace("basic", tree[kind]))
        elif kind in ("upstreams", "models"):
            self._merge(kind, tree[kind])
        elif kind == "timeouts":
            self._extend(
                "upstreams", _RACK.replace("rack:", "slow:").replace("}", f", timeouts: {tree[kind]}}}")
            )
        elif kind == "hours":
            self._write("prices", text)
        else:
            self._write("plans/basic", _BASIC + text)

    def _write(self, name: str, text: str) -> None:
        (self._path / f"{name}.yaml").write_text(text, encoding="utf-8")

    def _extend(self, name: str, text: str) -> None:
        with (self._path / f"{name}.yaml").open("a", encoding="utf-8") as file:
            file.write(text)

    def _merge(self, name: str, more: dict[str, Any]) -> None:
        path = self._path / f"{name}.yaml"
        there = read_tree(path.name, path.read_text(encoding="utf-8"))[name]
        # JSON is YAML too.
        self._write(name, msgspec.json.encode({name: there | more}).decode())


def _whole(text: str, tree: dict[str, Any]) -> str:
    if "tenant" in tree:
        text += "".join(
            line for line in ("plan: basic\n", "residency: external\n") if line.split(":")[0] not in tree
        )
    # Its folder is on nobody's disk.
    return re.sub(r"^model: .*\n", "", text, flags=re.MULTILINE) if "profile" in tree else text


@pytest.mark.parametrize("example", _EXAMPLES)
def test_an_example_compiles_with_the_shipped_policies(tmp_path: Path, example: str) -> None:
    """
    Every name in it leads somewhere, every limit could be kept, every profile has somebody who looks.
    """
    folder = Folder(tmp_path)

    folder.take(example)

    assert [] == folder.mistakes()


def test_a_folder_without_an_example_is_good_and_can_be_spoilt(tmp_path: Path) -> None:
    """
    The tests above see mistakes, and those of the example alone.
    """
    folder = Folder(tmp_path)
    before = folder.mistakes()

    folder.take("plan: basic\ncache: {models: [deepseek-v4-flash]}\n")

    assert ([], 1) == (before, len(folder.mistakes()))
