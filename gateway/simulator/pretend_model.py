"""How the simulator treats one request to its model."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from uuid import uuid4

from gateway.foundation.clock import Clock
from gateway.simulator.answer import Answer, compose
from gateway.simulator.completion import CompletionRequest, check_completion, read_completion
from gateway.simulator.connection import Received
from gateway.simulator.embedding import EmbeddingRequest, read_embedding, vectors_of
from gateway.simulator.errors import SERVER_ERROR, Answered, DeclinedRequest, invalid, scripted
from gateway.simulator.misbehaviour import Misbehaviour, UnreadableDirective, directed, take_directives
from gateway.simulator.pieces import tokens, weigh, weigh_all
from gateway.simulator.plan import Manner, plan_answered, plan_raw
from gateway.simulator.prefix_memory import PrefixMemory
from gateway.simulator.records import SimulatedExchange
from gateway.simulator.rendering import Renderer
from gateway.simulator.request import ChatRequest, read_request
from gateway.simulator.settings import SimulatorSettings
from gateway.simulator.step import Act, Step
from gateway.simulator.stream_plan import plan_stream
from gateway.simulator.text_rendering import TextRenderer
from gateway.simulator.validation import check
from gateway.simulator.whole_plan import plan_whole

CHAT_PATHS = frozenset(("/chat/completions", "/v1/chat/completions", "/beta/chat/completions"))
# The first one is DeepSeek's, the other that of model servers.
TEXT_PATHS = frozenset(("/beta/completions", "/v1/completions"))
# Of model servers alone.
VECTOR_PATHS = frozenset(("/v1/embeddings",))


class PretendModel:
    """
    Read, check and answer requests for chat and for completions as scripted.

    `refuse` is told for how many seconds no connection shall be accepted.
    """

    def __init__(self, settings: SimulatorSettings, clock: Clock, refuse: Callable[[float], None]) -> None:
        self._settings, self._clock, self._refuse = settings, clock, refuse
        self._prefixes = PrefixMemory()

    def forget(self) -> None:
        """Forget all conversations."""
        self._prefixes.forget()

    def answer(
        self, received: Received, exchange: SimulatedExchange, behaviour: Misbehaviour
    ) -> Iterator[Step]:
        """Return the steps of the answer to one request, and note on its record what it is."""
        heard = _hearer(received.path)(received.body, behaviour)
        manner = self._manner(heard.behaviour, received)
        if (instead := self._instead(heard.behaviour, exchange, manner)) is not None:
            return instead
        if heard.embedding is not None:
            return self._vectors(heard.embedding, exchange, manner)
        if heard.request is None:
            return _answered(heard.fault, exchange, manner)
        try:
            heard.check(beta=received.path.startswith("/beta/"))
        except DeclinedRequest as declined:
            return _answered(declined.answered, exchange, manner)
        return self._completion(heard.request, heard, exchange, manner)

    def _manner(self, behaviour: Misbehaviour, received: Received) -> Manner:
        settings = self._settings
        if behaviour.echo is None:
            behaviour = replace(behaviour, echo=settings.echo)
        delay_ms = settings.delay_ms if behaviour.delay_ms is None else behaviour.delay_ms
        return Manner(
            behaviour,
            delay_seconds=delay_ms / 1000,
            keep_alive_seconds=settings.keep_alive_seconds,
            keep_alive=received.keep_alive,
            chunked=received.chunked,
        )

    def _instead(
        self, behaviour: Misbehaviour, exchange: SimulatedExchange, manner: Manner
    ) -> Iterator[Step] | None:
        """Return what takes the place of a completion, if the script says so."""
        if behaviour.refuse is not None:
            self._refuse(behaviour.refuse)
            return iter((Step(act=Act.RESET),))
        if behaviour.raw is not None:
            return plan_raw(manner)
        if behaviour.is_refusal:
            return _answered(scripted(behaviour.status, behaviour.error, behaviour.body), exchange, manner)
        return None

    def _completion(
        self, request: ChatRequest, heard: "_Heard", exchange: SimulatedExchange, manner: Manner
    ) -> Iterator[Step]:
        behaviour = manner.behaviour
        prompt, hit = self._prefixes.measure(request)
        answer = replace(compose(request, heard.asked, behaviour), prompt_tenths=prompt, hit_tenths=hit)
        renderer = heard.renderer(request, answer, int(self._clock.wall()))
        exchange.status, exchange.streamed = 200, bool(request.stream)
        if request.stream:
            return plan_stream(renderer.stream(with_usage=not behaviour.no_usage), manner)
        return plan_whole(renderer.whole(with_usage=not behaviour.no_usage), _weights(answer), manner)

    def _vectors(
        self, asked: EmbeddingRequest, exchange: SimulatedExchange, manner: Manner
    ) -> Iterator[Step]:
        tenths, _ = self._prefixes.measure(asked.as_chat())
        exchange.status = 200
        body = vectors_of(asked, tokens(tenths), with_usage=not manner.behaviour.no_usage)
        return plan_whole(body, (), manner)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What was understood of a body: a request and its last user text, or what is wrong with it."""

    behaviour: Misbehaviour
    request: ChatRequest | None = None
    asked: str = ""
    fault: Answered = SERVER_ERROR
    completion: CompletionRequest | None = None
    embedding: EmbeddingRequest | None = None

    def check(self, *, beta: bool) -> None:
        """Raise `DeclinedRequest` if DeepSeek would refuse this."""
        if self.completion is not None:
            check_completion(self.completion, beta=beta)
        elif self.request is not None:
            check(self.request, beta=beta)

    def renderer(self, request: ChatRequest, answer: Answer, created: int) -> Renderer | TextRenderer:
        """Return who writes the answer down."""
        if self.completion is not None:
            return TextRenderer(self.completion, answer, identity=uuid4(), created=created)
        return Renderer(request, answer, identity=uuid4(), created=created)


def _hear(body: bytes, behaviour: Misbehaviour) -> _Heard:
    """Read a body and the directives in it; they stand above what was scripted."""
    try:
        request = read_request(body)
        request.model, said = take_directives(request.model)
        user = request.last_user
        asked, told = take_directives(user.text if user is not None else "")
        return _Heard(directed(behaviour, {**said, **told}), request, asked)
    except DeclinedRequest as declined:
        return _Heard(behaviour, fault=declined.answered)
    except UnreadableDirective as error:
        return _Heard(behaviour, fault=invalid(str(error)).answered)


def _hear_completion(body: bytes, behaviour: Misbehaviour) -> _Heard:
    """Read the body of a completion; its prompt may hold directives."""
    try:
        completion = read_completion(body)
        completion.model, said = take_directives(completion.model)
        completion.prompt, told = take_directives(completion.prompt)
        behaviour = directed(behaviour, {**said, **told})
        return _Heard(behaviour, completion.as_chat(), completion.around, completion=completion)
    except DeclinedRequest as declined:
        return _Heard(behaviour, fault=declined.answered)
    except UnreadableDirective as error:
        return _Heard(behaviour, fault=invalid(str(error)).answered)


def _hear_embedding(body: bytes, behaviour: Misbehaviour) -> _Heard:
    """Read the body of a request for vectors; the name of its model may hold directives."""
    try:
        embedding = read_embedding(body)
        embedding.model, said = take_directives(embedding.model)
        return _Heard(directed(behaviour, said), embedding=embedding)
    except DeclinedRequest as declined:
        return _Heard(behaviour, fault=declined.answered)
    except UnreadableDirective as error:
        return _Heard(behaviour, fault=invalid(str(error)).answered)


def _hearer(path: str) -> Callable[[bytes, Misbehaviour], _Heard]:
    """Return who reads what is asked at a path."""
    if path in VECTOR_PATHS:
        return _hear_embedding
    return _hear_completion if path in TEXT_PATHS else _hear


def _weights(answer: Answer) -> list[int]:
    called = [weigh_all((call.name, *call.fragments)) for call in answer.calls]
    return [*map(weigh, answer.reasoning), *map(weigh, answer.content), *called]


def _answered(answered: Answered, exchange: SimulatedExchange, manner: Manner) -> Iterator[Step]:
    exchange.status = answered.status
    return plan_answered(answered, manner)
