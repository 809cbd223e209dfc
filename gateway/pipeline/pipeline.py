"""
The one path of every exchange, top to bottom. Read this first.

Each step takes a value that only the step before it can make, and raises a
`Refusal` where the way ends. Whatever happens, the door calls `settle` once.
"""

from collections.abc import Sequence
from functools import partial

from gateway.audit.admission import Admission, subject_in
from gateway.audit.trail import Trail
from gateway.cache.librarian import Librarian
from gateway.cache.thoughts import ThoughtKeeper
from gateway.foundation.clock import Clock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.shared_alarms import SharedAlarms
from gateway.identity.authenticator import Authenticator
from gateway.identity.refusals import CallerDisabled, KeyRotated, NotKnownYet
from gateway.identity.scopes import CHAT, require
from gateway.identity.tokens.key_source import KeyAwaited
from gateway.limits.account import Line, account_of
from gateway.limits.limiter import Limiter
from gateway.pipeline.admission import admission_of
from gateway.pipeline.bill import Bill
from gateway.pipeline.demand import demand_of, least_of, used_in
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.pipeline.heartbeat import Heartbeat
from gateway.pipeline.question import question_of
from gateway.pipeline.response_path import ResponsePath
from gateway.pipeline.thoughts import sealed_with, stages_of, thoughts_of
from gateway.policy.book import PolicyBook
from gateway.policy.refusals import ResidencyUnavailable
from gateway.policy.watcher import PolicyDesk
from gateway.redaction.redactor import Redactor
from gateway.upstreams.dispatcher import AttemptLog, Dispatcher, Journey
from gateway.vocabulary.arrival import Arrival, Body, Reply
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.notice import Listener
from gateway.wire.chat import end_user_of
from gateway.wire.chat_dialect import CHAT as CHAT_DIALECT
from gateway.wire.defaults import fill_in
from gateway.wire.dialect import Dialect
from gateway.wire.frames import FrameSource
from gateway.wire.sealed_request import SealedRequest
from gateway.wire.trace_context import read_trace


class Pipeline:
    """Every room in its place; built once."""

    def __init__(  # noqa: PLR0913 - the composition root hands over every room here
        self,
        *,
        desk: PolicyDesk,
        authenticator: Authenticator,
        limiter: Limiter,
        redactor: Redactor,
        librarian: Librarian,
        thoughts: ThoughtKeeper,
        trail: Trail,
        dispatcher: Dispatcher,
        listeners: Sequence[Listener],
        tasks: LastTasks,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._authenticator = authenticator
        self._limiter = limiter
        self._redactor = redactor
        self._librarian = librarian
        self._thoughts = thoughts
        self._trail = trail
        self._dispatcher = dispatcher
        self._listeners = listeners
        self._tasks = tasks
        self._clock = clock
        self._quiet = SharedAlarms()

    def open(self, arrival: Arrival, dialect: Dialect = CHAT_DIALECT) -> ExchangeLog:
        """Begin an exchange with a caller who speaks this dialect: from here on it ends with `settle`."""
        return ExchangeLog(arrival, self._clock, dialect)

    def identify(self, arrival: Arrival) -> tuple[PolicyBook, Caller]:
        """Return who is calling, and the book under which this exchange lives to its end."""
        book = self._desk.book
        return book, self._authenticator.identify(arrival, book.keyring, self._clock.wall())

    async def recognise(self, arrival: Arrival) -> tuple[PolicyBook, Caller]:
        """Identify, and where a key or the signer of a token may be known in a moment, first wait for it."""
        try:
            return self.identify(arrival)
        except (KeyAwaited, NotKnownYet) as awaited:
            await awaited.arrival()
        return self.identify(arrival)

    async def account(self, arrival: Arrival, user: str | None) -> tuple[Caller, list[Line]]:
        """Return who asks, and where they stand with every limit that holds for them."""
        book, caller = await self.recognise(arrival)
        require(caller, CHAT)
        account = account_of(book.limits(caller), caller, user or caller.user)
        verdict = await self._limiter.look(account.sheet)
        return caller, account.lines(verdict.standings)

    async def serve(self, arrival: Arrival, body: Body, reply: Reply, log: ExchangeLog) -> None:
        """Take one request from its head to the last byte of its answer."""
        book, caller = await self._let_in(arrival, log)
        require(caller, CHAT)
        if book.accepts_trace(caller):
            log.trace = read_trace(arrival.headers) or log.trace

        sent = await body.read(book.body_limit(caller))
        log.arrived()
        request, translators = log.dialect.read(sent)
        log.streamed, log.end_user = request.stream, subject_in(request.body)
        terms = book.terms(caller, request.model)
        log.model = terms.model
        user, least = end_user_of(request) or caller.user, least_of(request, terms.least)
        sheet = self._limiter.turn_away(terms.limits, caller, user, least)
        request = fill_in(request, terms.defaults, sheet.max_tokens)

        thoughts = thoughts_of(self._thoughts, arrival, caller, terms, request)
        whole, sealing = await sealed_with(thoughts, self._redactor, request, terms, log)
        sealed, log.account = sealing.sealed, sealing.account
        log.body = sealed.request.body
        targets = terms.open_to(sealed.clearance)
        if not targets:
            raise ResidencyUnavailable.for_model(terms.model)
        log.targets = targets

        log.inquiry = self._librarian.inquire(arrival.headers, question_of(caller, terms, whole, sealed))
        log.tariff, log.priced_at = terms.tariff, self._clock.wall()
        demand = demand_of(sealed.request, sheet, targets, terms.tariff, log.priced_at)
        log.reservation = await self._limiter.reserve(
            arrival.request_id, terms.limits, sheet, demand, is_free=log.inquiry.is_free
        )

        admission = admission_of(log, terms, caller=caller, original=request.body, targets=targets)
        # A call may outlive this exchange, so it knows a bill and not the log.
        log.call = partial(self._send, sealed, admission, Journey(targets, terms.retry, log.trace))
        bill = Bill(log)

        stages = stages_of(log.meter, thoughts, sealing)
        heartbeat = Heartbeat(reply, log, self._tasks, self._quiet.after(terms.quiet_seconds))
        try:
            log.source = answer = await log.inquiry.answer(bill.fetch, bill)
            await self._trail.note(sealed, admission)
            path = (*self._trail.around(arrival, stages), *translators)
            await ResponsePath(path, reply, log, heartbeat).carry(answer)
        finally:
            heartbeat.stop()

    async def _let_in(self, arrival: Arrival, log: ExchangeLog) -> tuple[PolicyBook, Caller]:
        """Return who is calling, and note it, also of one who is known and may not come in."""
        try:
            book, caller = await self.recognise(arrival)
        except (CallerDisabled, KeyRotated) as refusal:
            log.caller = refusal.caller
            raise
        log.caller, log.policy_version = caller, book.version
        return book, caller

    async def _send(
        self, sealed: SealedRequest, admission: Admission, journey: Journey, bill: AttemptLog
    ) -> FrameSource:
        """Write a request down, then let it go."""
        admitted = await self._trail.admit(sealed, admission)
        return await self._dispatcher.dispatch(admitted, journey, bill)

    def settle(self, log: ExchangeLog, ending: Ending) -> None:
        """
        Close an exchange, however it ended; never waits, so that no second cancel can skip it.

        One that pays for a call that goes on for callers elsewhere is closed with that call.
        """
        log.let_go(partial(self._close, log, ending))

    def _close(self, log: ExchangeLog, ending: Ending) -> None:
        outcome = log.close(ending)
        if log.reservation is not None:
            self._limiter.settle(log.reservation, used_in(outcome))
        for listener in self._listeners:
            listener.exchange_ended(outcome)
