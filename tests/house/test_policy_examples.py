"""What docs/policies.md, docs/authentication.md and docs/limits.md show is what the gateway accepts."""

import re
from typing import Any

import msgspec
import pytest

from gateway.policy.documents import ModelsDocument, PlanDocument, TenantDocument, UpstreamsDocument
from gateway.policy.shapes import read_shape
from gateway.policy.tree import read_tree
from gateway.policy.variables import expand_tree
from gateway.upstreams.rules import TimeoutRules, UpstreamRules
from gateway.usage.rules import PricesDocument
from tests.house.tree import ROOT

_DOCUMENT = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
_AUTHENTICATION = (ROOT / "docs" / "authentication.md").read_text(encoding="utf-8")
_LIMITS = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
_EXAMPLES = re.findall(
    r"^```yaml\n(.*?)^```", _DOCUMENT + _AUTHENTICATION + _LIMITS, re.MULTILINE | re.DOTALL
)


class TimeoutsExample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The timeouts of an upstream, shown without the rest of it."""

    timeouts: TimeoutRules


_SHAPES: dict[str, type[msgspec.Struct]] = {
    "tenant": TenantDocument,
    "plan": PlanDocument,
    "models": ModelsDocument,
    "upstreams": UpstreamsDocument,
    "timeouts": TimeoutsExample,
    "hours": PricesDocument,
}


def _read(example: str) -> tuple[Any, list[tuple[str, str]]]:
    text = example.replace("<64 hexadecimal digits>", "0" * 64)
    tree, unset = expand_tree(
        "example",
        read_tree("example", text),
        {"RACK_KEY": "sk-rack", "BOLT_KEY": "sk-bolt", "LLM_SECRET": "s3"},
    )
    assert [] == unset
    return read_shape(tree, _SHAPES[next(iter(tree))])


@pytest.mark.parametrize("example", _EXAMPLES)
def test_an_example_is_a_good_document(example: str) -> None:
    """
    Every YAML block can be pasted.
    """
    document, mistakes = _read(example)

    assert [] == mistakes
    assert document is not None


def test_there_are_examples_of_every_document() -> None:
    """
    The tests above have something to read.
    """
    shown = {re.match(r"\s*(\w+)", example) for example in _EXAMPLES}

    assert _SHAPES.keys() == {match[1] for match in shown if match is not None}


def test_every_key_of_an_upstream_is_explained() -> None:
    """
    The table of keys misses none.
    """
    missing = [name for name in UpstreamRules.__struct_fields__ if f"`{name}`" not in _DOCUMENT]

    assert [] == missing


def test_the_timeouts_that_are_called_defaults_are_the_defaults() -> None:
    """
    The numbers in the page are those of the program.
    """
    example = next(example for example in _EXAMPLES if "timeouts:" in example)

    document, _ = _read(example)

    assert TimeoutRules() == document.timeouts
