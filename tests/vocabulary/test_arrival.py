"""The head of a request, and what may be done to its caller."""

import inspect

import pytest

from gateway.vocabulary.arrival import Body, Reply
from tests.fakes.caller_side import RecordingReply, ScriptedBody


@pytest.mark.parametrize(("protocol", "fake"), [(Reply, RecordingReply), (Body, ScriptedBody)])
def test_the_fakes_of_the_tests_keep_to_the_protocols(protocol: type, fake: type) -> None:
    """
    What waits in the one waits in the other, with the same parameters.
    """
    for name, method in vars(protocol).items():
        if inspect.isfunction(method) and not name.startswith("_"):
            twin = getattr(fake, name)
            assert inspect.signature(method).parameters.keys() == inspect.signature(twin).parameters.keys()
            assert inspect.iscoroutinefunction(method) == inspect.iscoroutinefunction(twin)
