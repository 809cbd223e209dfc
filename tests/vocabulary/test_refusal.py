"""Every refusal of the product is well-formed."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator

import pytest

import gateway
from gateway.vocabulary.refusal import Blame, Refusal

_KINDS = {
    "api_error",
    "authentication_error",
    "invalid_request_error",
    "permission_error",
    "rate_limit_error",
}


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _below(child)


def _all() -> list[type[Refusal]]:
    for module in pkgutil.walk_packages(gateway.__path__, "gateway."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    ours = {kind for kind in _below(Refusal) if kind.__module__.startswith("gateway.")}
    return sorted(ours, key=lambda kind: (kind.__module__, kind.__name__))


REFUSALS = _all()
every = pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)


def test_there_are_refusals() -> None:
    """
    The walk finds the tree that is drawn in the module.
    """
    drawn = set(re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", inspect.getmodule(Refusal).__doc__ or ""))

    assert drawn <= {kind.__name__ for kind in REFUSALS}


@every
def test_status_and_blame_belong_together(kind: type[Refusal]) -> None:
    """
    What the caller has to mend is a 4xx (or HTTP's own 505); what we or an upstream have to mend is a 5xx.
    """
    assert 400 <= kind.status <= 599
    assert (kind.blame is Blame.CALLER) == (kind.status < 500 or kind.status == 505)


@every
def test_the_code_is_a_stable_word(kind: type[Refusal]) -> None:
    """
    Snake case, no numbers: it stands in programs and dashboards.
    """
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.code)


@every
def test_the_kind_is_one_that_openai_clients_know(kind: type[Refusal]) -> None:
    """
    The error's `type`.
    """
    assert kind.kind in _KINDS


@every
def test_it_says_what_it_is(kind: type[Refusal]) -> None:
    """
    With a docstring of its own.
    """
    assert kind.__dict__.get("__doc__")


def test_a_code_has_one_status() -> None:
    """
    A program that knows the code knows the status.
    """
    statuses: dict[str, set[int]] = {}
    for kind in REFUSALS:
        statuses.setdefault(kind.code, set()).add(kind.status)

    assert {} == {code: found for code, found in statuses.items() if len(found) > 1}


def test_a_refusal_holds_what_a_caller_is_told() -> None:
    """
    Message, field and time; its text as an exception is the message.
    """
    refusal = Refusal("Send less.", param="messages", retry_after=2.5)

    assert ("Send less.", "messages", 2.5) == (refusal.message, refusal.param, refusal.retry_after)
    assert "Send less." == str(refusal)
