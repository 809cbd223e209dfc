"""Answers rendered once and given to everybody: the mock of load tests."""

from collections.abc import Iterator
from uuid import UUID

from gateway.simulator.answer import compose
from gateway.simulator.http_head import Head, write_head
from gateway.simulator.misbehaviour import BEHAVED, Misbehaviour
from gateway.simulator.plan import Manner
from gateway.simulator.rendering import Renderer
from gateway.simulator.request import ChatRequest, Message, Switch
from gateway.simulator.settings import Canned
from gateway.simulator.step import Step
from gateway.simulator.stream_plan import plan_stream

_STREAMS = (b'"stream":true', b'"stream": true')


class CannedAnswers:
    """
    One stream and one document, both ready to be sent.

    Whether a request streams is read from its bytes, without parsing them.
    """

    def __init__(self, canned: Canned, created: int) -> None:
        behaviour = Misbehaviour(deltas=canned.deltas, delta_size=canned.delta_size)
        request = ChatRequest("deepseek-flash", [Message("user", "canned")], thinking=Switch("disabled"))
        answer = compose(request, "canned", behaviour)
        renderer = Renderer(request, answer, identity=UUID(int=0), created=created)
        manner = Manner(BEHAVED, delay_seconds=canned.delay_ms / 1000)
        self._stream = tuple(plan_stream(renderer.stream(), manner))
        body = renderer.whole()
        head = write_head(Head(200, "application/json", "length", len(body)), BEHAVED)
        tenths = sum(step.tenths for step in self._stream)
        self._whole = (Step(head + body, canned.whole_delay_ms / 1000, tenths=tenths),)

    def steps(self, body: bytes) -> tuple[bool, Iterator[Step]]:
        """Return whether this request streams, and the steps of its answer."""
        streams = any(mark in body for mark in _STREAMS)
        return streams, iter(self._stream if streams else self._whole)
