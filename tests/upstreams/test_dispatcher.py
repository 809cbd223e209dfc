"""Finding an upstream that answers, with scripted upstreams and a clock that jumps."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import pairwise

import pytest
from msgspec import structs

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.secret import Secret
from gateway.upstreams.attempt import LiveAnswer
from gateway.upstreams.credential_source import StoredSource
from gateway.upstreams.credentials.keeper import CredentialKeeper
from gateway.upstreams.dispatcher import Dispatcher, Journey
from gateway.upstreams.itinerary import Retry
from gateway.upstreams.kind import Diagnosis, KindCall
from gateway.upstreams.refusals import (
    CredentialUnavailable,
    UpstreamBroke,
    UpstreamRefused,
    UpstreamTimedOut,
    UpstreamUnreachable,
)
from gateway.upstreams.target import Patience, Target
from gateway.upstreams.transport import ConnectFailed, TransportBroke, TransportTimedOut
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.refusal import Refusal
from gateway.vocabulary.residency import Clearance, Residency
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.sealed_request import SealedRequest
from tests.fakes.builders import DONE_EVENT, a_diagnosis, a_target, an_admitted_request, delta_event
from tests.fakes.sinks import FrameBasin
from tests.fakes.spies import SpyListener
from tests.fakes.upstream_side import SILENCE, ScriptedKind, ScriptedReply, ScriptedTransport, Silence
from tests.fakes.virtual_time import LoopClock, in_virtual_time, settle_down

FIRST, SECOND = a_target("first"), a_target("second")
HURRIED = a_target("first", patience=Patience(first_token_seconds=5.0))
ERROR_EVENT = b'data: {"error":{"message":"overloaded"}}\n\n'


class Notes:
    """An attempt log as lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.answers = 0

    def began(self, target: Target) -> None:
        """Note a beginning."""
        self.lines.append(f"began {target.upstream.name}")

    def connected(self) -> None:
        """Connections are had at once."""

    def answered(self) -> None:
        """Note that an answer began."""
        self.answers += 1

    def repeated(self) -> None:
        """Note a second sending."""
        self.lines.append("repeated")

    def failed(self, refusal: Refusal) -> None:
        """Note a failure."""
        self.lines.append(f"failed {refusal.code}")

    def withheld(self) -> None:
        """Note that nothing was sent."""
        self.lines.append("withheld")


class ScriptedKeeper(CredentialKeeper):
    """One who has a credential, or has none; and hears what was rejected."""

    def __init__(self, credential: Secret | None, *, has_another: bool = False) -> None:
        self.credential = credential
        self.has_another = has_another
        self.rejected: list[Secret | None] = []

    async def equip(self, target: Target) -> Target:
        """Put it in, or refuse."""
        if self.credential is None:
            raise CredentialUnavailable("none")
        return replace(target, upstream=replace(target.upstream, credential=self.credential))

    def reject(self, target: Target) -> bool:
        """Remember it, and say whether there is another."""
        self.rejected.append(target.upstream.credential)
        self.credential = Secret("sk-another")
        return self.has_another


class Trip:
    """One dispatcher with its scripted upstreams, and what came of it."""

    def __init__(
        self,
        transport: ScriptedTransport,
        kind: ScriptedKind | None = None,
        *,
        jitter: Callable[[], float] = lambda: 1.0,
        keeper: CredentialKeeper | None = None,
    ) -> None:
        self.transport = transport
        self.notes = Notes()
        self.faults: list[BaseException] = []
        self.tasks = LastTasks(self.faults.append)
        self.listener = SpyListener()
        self.dispatcher = Dispatcher(
            {"scripted": transport},
            {"scripted": kind or ScriptedKind()},
            LoopClock(),
            self.tasks,
            jitter,
            keeper=keeper,
            listeners=(self.listener,),
        )

    async def go(
        self,
        targets: Sequence[Target] = (FIRST, SECOND),
        retry: Retry | None = None,
        clearance: Clearance = Clearance.EXTERNAL,
        *,
        stream: bool = True,
    ) -> LiveAnswer:
        """Dispatch one request."""
        journey = Journey(targets, retry or Retry())
        admitted = an_admitted_request(clearance, stream=stream)
        return await self.dispatcher.dispatch(admitted, journey, self.notes)


def an_answer() -> ScriptedReply:
    """A short stream."""
    return ScriptedReply(delta_event("one"), delta_event("two") + DONE_EVENT)


@in_virtual_time
async def test_the_first_target_that_answers_is_asked_alone() -> None:
    """
    A good answer begins with its first frames, and no one else hears of the request.
    """
    trip = Trip(ScriptedTransport(an_answer()))

    answer = await trip.go()

    assert ["first"] == trip.transport.asked
    assert ["began first"] == trip.notes.lines
    basin = FrameBasin(wanted=1)
    await answer.pour(basin)
    assert [delta_event("one")] == basin.events


@in_virtual_time
async def test_the_call_is_written_by_the_kind_under_the_upstreams_path() -> None:
    """
    Path, model and body are the kind's, the base path is the upstream's.
    """
    trip = Trip(ScriptedTransport(an_answer()))

    await trip.go()

    call = trip.transport.calls[0]
    assert ("POST", "/v1/chat/completions", b"first-model") == (call.method, call.target, call.body)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (ConnectFailed("refused"), "upstream_unreachable"),
        (TransportBroke("closed"), "upstream_broke"),
        (ScriptedReply(b"busy", status=503), "upstream_error"),
        (ScriptedReply(b"garbage"), "upstream_broke"),
        (ScriptedReply(), "upstream_broke"),
        (ScriptedReply(TransportBroke("cut", answered=True)), "upstream_broke"),
        (ScriptedReply(ERROR_EVENT), "upstream_error"),
    ],
    ids=["refused", "closed", "503", "garbage", "empty", "cut-before-content", "error-first"],
)
@in_virtual_time
async def test_a_failure_before_content_goes_on_to_the_next_target(
    failure: ScriptedReply | ConnectFailed | TransportBroke, code: str
) -> None:
    """
    Whatever goes wrong before the first frame, the next target is asked, and both tries are noted.
    """
    trip = Trip(ScriptedTransport(failure, an_answer()))

    answer = await trip.go()

    assert "second" == answer.target.upstream.name
    assert ["began first", f"failed {code}", "began second"] == trip.notes.lines


@in_virtual_time
async def test_who_cannot_be_connected_to_is_passed_over_for_a_while() -> None:
    """
    After three requests that waited for it; ten seconds later one looks, and it is first again.
    """
    late = TransportTimedOut("no", phase="connect")
    unreachable = [step for _ in range(3) for step in (late, an_answer())]
    trip = Trip(ScriptedTransport(*unreachable, *(an_answer() for _ in range(4))))

    asked = []
    for pause in (0.0, 0.0, 0.0, 0.0, 9.9, 0.2, 0.0):
        await asyncio.sleep(pause)
        await trip.go()
        asked.append(tuple(trip.transport.asked))
        trip.transport.calls.clear()

    assert [("first", "second")] * 3 + [("second",)] * 2 + [("first",)] * 2 == asked


@in_virtual_time
async def test_operators_hear_why_nobody_is_connected() -> None:
    """
    Once, and once more when it is back: callers are not told the reason.
    """
    refused = ConnectFailed("the certificate is not trusted")
    trip = Trip(ScriptedTransport(*[refused] * 4, an_answer()))

    for _ in range(2):
        with pytest.raises(UpstreamUnreachable):
            await trip.go([FIRST], Retry(attempts=2))
    await trip.go([FIRST])

    assert [
        Notice("upstream.unreachable", {"upstream": "first", "trouble": "the certificate is not trusted"}),
        Notice("upstream.reachable", {"upstream": "first"}),
    ] == trip.listener.notices


@in_virtual_time
async def test_who_answers_slowly_or_badly_is_not_passed_over() -> None:
    """
    Only connections count: the request before it may have been the reason.
    """
    failures = [ConnectFailed("no"), ConnectFailed("no"), TransportTimedOut("no", phase="head")]
    steps = [step for failure in (*failures, *failures) for step in (failure, an_answer())]
    trip = Trip(ScriptedTransport(*steps))

    for _ in range(6):
        await trip.go()

    assert ["first", "second"] * 6 == trip.transport.asked


@pytest.mark.parametrize(
    "failure",
    [ScriptedReply(b"busy", status=503), ScriptedReply(b"garbage"), ScriptedReply(ERROR_EVENT)],
    ids=["503", "garbage", "error-first"],
)
@in_virtual_time
async def test_a_failed_answer_holds_no_connection(failure: ScriptedReply) -> None:
    """
    What is left of a failed try is closed before the next one begins.
    """
    trip = Trip(ScriptedTransport(failure, an_answer()))

    await trip.go()

    assert failure.is_closed


@in_virtual_time
async def test_nothing_is_repeated_once_content_began() -> None:
    """
    A break after the first frame comes out as a refusal; the other target is never asked.
    """
    trip = Trip(ScriptedTransport(ScriptedReply(delta_event("one"), TransportBroke("cut", answered=True))))
    answer = await trip.go()
    basin = FrameBasin()

    with pytest.raises(UpstreamBroke):
        await answer.pour(basin)

    assert [delta_event("one")] == basin.events
    assert ["first"] == trip.transport.asked


@in_virtual_time
async def test_comments_are_no_content() -> None:
    """
    Keep-alives and blank lines do not end fail-over.
    """
    queued = ScriptedReply(b": keep-alive\n\n", b"\n\n", TransportBroke("cut", answered=True))
    trip = Trip(ScriptedTransport(queued, an_answer()))

    answer = await trip.go()

    assert "second" == answer.target.upstream.name


@in_virtual_time
async def test_nothing_goes_where_the_clearance_does_not_permit() -> None:
    """
    A request that has to stay at home is not sent outside, even when home fails.
    """
    home = a_target("home", Residency.ON_PREMISES)
    trip = Trip(ScriptedTransport(*[ConnectFailed("refused")] * 3))

    with pytest.raises(UpstreamUnreachable):
        await trip.go((FIRST, home, SECOND), clearance=Clearance.ON_PREMISES)

    assert ["home"] * 3 == trip.transport.asked


@in_virtual_time
async def test_bytes_that_may_not_leave_are_sent_nowhere() -> None:
    """
    The last look refuses them, and no other target is tried with them.
    """
    looked: list[bytes] = []

    async def inspect(body: bytes) -> None:
        looked.append(body)
        raise Refusal("private")

    trip = Trip(ScriptedTransport())
    admitted = an_admitted_request()
    sealed = structs.replace(admitted.sealed, inspect=inspect)

    with pytest.raises(Refusal, match="private"):
        await trip.dispatcher.dispatch(
            structs.replace(admitted, sealed=sealed), Journey((FIRST, SECOND), Retry()), trip.notes
        )

    assert ([b"first-model"], []) == (looked, trip.transport.asked)
    assert ["began first", "withheld"] == trip.notes.lines


class Wordless(ScriptedKind):
    """A kind that cannot say what is asked."""

    def call(self, sealed: SealedRequest, target: Target) -> KindCall:  # noqa: ARG002 - it is never written
        """Refuse."""
        raise InvalidRequest("no pictures", code="unsupported_image_url")


@in_virtual_time
async def test_what_a_kind_cannot_say_was_no_try_at_its_server() -> None:
    """
    Nothing was sent there, so neither the audit log nor the health of the server knows of it.
    """
    trip = Trip(ScriptedTransport(), Wordless())

    with pytest.raises(InvalidRequest):
        await trip.go((FIRST, SECOND))

    assert ["began first", "withheld", "began second", "withheld"] == trip.notes.lines


@in_virtual_time
async def test_the_last_refusal_is_the_answer() -> None:
    """
    When all tries fail, the caller is told of the last.
    """
    trip = Trip(ScriptedTransport(ConnectFailed("refused"), ScriptedReply(b"", status=503)))

    with pytest.raises(UpstreamRefused) as caught:
        await trip.go(retry=Retry(attempts=2))

    assert 503 == caught.value.status


@in_virtual_time
async def test_a_final_diagnosis_is_not_sent_elsewhere() -> None:
    """
    What every upstream would refuse is asked once.
    """
    kind = ScriptedKind({400: a_diagnosis(status=400, retry_here=False, try_next=False)})
    trip = Trip(ScriptedTransport(ScriptedReply(b"bad", status=400)), kind)

    with pytest.raises(UpstreamRefused) as caught:
        await trip.go()

    assert ["first"] == trip.transport.asked
    assert caught.value.should_retry is False


@in_virtual_time
async def test_the_pauses_grow() -> None:
    """
    One target that keeps failing is asked again after 0.5, 1 and 2 seconds.
    """
    trip = Trip(ScriptedTransport(*[ConnectFailed("refused")] * 4))

    with pytest.raises(UpstreamUnreachable):
        await trip.go((FIRST,), Retry(attempts=4))

    pauses = [later - earlier for earlier, later in pairwise(trip.transport.sent_at)]
    assert pytest.approx([0.5, 1.0, 2.0]) == pauses


@in_virtual_time
async def test_retry_after_is_not_undercut() -> None:
    """
    An upstream that asked for seven seconds gets them.
    """
    kind = ScriptedKind({429: a_diagnosis(status=429, retry_after=7.0)})
    trip = Trip(ScriptedTransport(ScriptedReply(b"", status=429), an_answer()), kind, jitter=lambda: 0.0)

    await trip.go((FIRST,))

    first, second = trip.transport.sent_at
    assert pytest.approx(7.0) == second - first


@in_virtual_time
async def test_a_silent_upstream_gives_way_after_its_first_token_time() -> None:
    """
    A head without content counts as nothing: the next target is asked and the first is cut.
    """
    silent = ScriptedReply(SILENCE)
    trip = Trip(ScriptedTransport(silent, an_answer()))

    answer = await trip.go((HURRIED, SECOND))

    assert "second" == answer.target.upstream.name
    assert ["began first", "failed upstream_timeout", "began second"] == trip.notes.lines
    assert silent.is_closed


@in_virtual_time
async def test_keep_alives_do_not_stretch_the_first_token_time() -> None:
    """
    Comments show life, but the wait for content is bounded all the same.
    """
    chatty = ScriptedReply(*((Silence(2.0), b": keep-alive\n\n") * 10))
    trip = Trip(ScriptedTransport(chatty))

    with pytest.raises(UpstreamTimedOut):
        await trip.go((HURRIED,))


@in_virtual_time
async def test_the_head_uses_up_first_token_time() -> None:
    """
    The time runs from the sending of the request, not anew from the head of the answer.
    """
    loop = asyncio.get_running_loop()
    trip = Trip(ScriptedTransport(Silence(4.0), ScriptedReply(SILENCE)))
    began = loop.time()

    with pytest.raises(UpstreamTimedOut):
        await trip.go((HURRIED,))

    assert pytest.approx(5.0) == loop.time() - began


@in_virtual_time
async def test_a_whole_answer_has_the_total_time() -> None:
    """
    It says nothing before it is done, so its first token is its last.
    """
    trip = Trip(ScriptedTransport(Silence(60.0), ScriptedReply(Silence(60.0), delta_event("all"))))

    answer = await trip.go((HURRIED,), stream=False)

    basin = FrameBasin(wanted=1)
    await answer.pour(basin)
    assert [delta_event("all")] == basin.events
    assert [HURRIED.upstream.patience.total_seconds] == [
        call.patience.first_token_seconds for call in trip.transport.calls
    ]


@in_virtual_time
async def test_the_first_token_time_does_not_bound_the_rest() -> None:
    """
    Once content began, its clock is stopped.
    """
    slow = ScriptedReply(delta_event("one"), Silence(60.0), delta_event("two"))
    answer = await Trip(ScriptedTransport(slow)).go((HURRIED,))
    basin = FrameBasin(wanted=2)

    await answer.pour(basin)

    assert [delta_event("one"), delta_event("two")] == basin.events


@pytest.mark.parametrize(
    "transport",
    [
        lambda: ScriptedTransport(SILENCE),
        lambda: ScriptedTransport(ScriptedReply(SILENCE)),
        lambda: ScriptedTransport(ScriptedReply(SILENCE, status=503)),
        lambda: ScriptedTransport(ScriptedReply(b"", status=503), ScriptedReply(SILENCE)),
    ],
    ids=["sending", "first-token", "error-body", "second-leg"],
)
@in_virtual_time
async def test_a_cancelled_dispatch_leaves_nothing_open(transport: Callable[[], ScriptedTransport]) -> None:
    """
    Wherever the caller leaves, the running reply is closed and no further target is asked.
    """
    trip = Trip(transport())
    replies = [answer for answer in trip.transport._answers if isinstance(answer, ScriptedReply)]
    task = asyncio.ensure_future(trip.go())
    await settle_down()
    asked = len(trip.transport.asked)

    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
    assert all(reply.is_closed for reply in replies)
    assert asked == len(trip.transport.asked)


@in_virtual_time
async def test_a_dispatch_cancelled_during_the_pause_asks_no_more() -> None:
    """
    A caller who leaves while we wait to try again costs the upstream nothing.
    """
    trip = Trip(ScriptedTransport(ConnectFailed("refused"), an_answer()))
    task = asyncio.ensure_future(trip.go((FIRST,)))
    await settle_down()

    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
    assert ["first"] == trip.transport.asked


@in_virtual_time
async def test_a_request_that_a_kind_cannot_express_may_suit_the_next() -> None:
    """
    A kind's own refusal is a failed try, and the next target is asked.
    """

    class Picky(ScriptedKind):
        def call(self, sealed: object, target: Target) -> object:  # type: ignore[override]
            if target is FIRST:
                raise Refusal("no images here")
            return super().call(sealed, target)  # type: ignore[arg-type]

    trip = Trip(ScriptedTransport(an_answer()), Picky())

    answer = await trip.go()

    assert "second" == answer.target.upstream.name
    assert ["began first", "failed internal_error", "began second"] == trip.notes.lines


@in_virtual_time
async def test_a_second_sending_is_noted() -> None:
    """
    The transport tells each call's own log.
    """
    trip = Trip(ScriptedTransport(an_answer()))
    await trip.go()
    on_retry = trip.transport.calls[0].on_retry
    assert on_retry is not None

    on_retry()

    assert ["began first", "repeated"] == trip.notes.lines


KEPT = replace(FIRST, upstream=replace(FIRST.upstream, credential_source=StoredSource("deep")))


@in_virtual_time
async def test_an_upstream_is_called_with_the_credential_that_is_kept_for_it() -> None:
    """
    Others are called as they stand in the policy.
    """
    keeper = ScriptedKeeper(Secret("sk-kept"))
    trip = Trip(ScriptedTransport(ScriptedReply(DONE_EVENT), ScriptedReply(DONE_EVENT)), keeper=keeper)

    await trip.go([KEPT])
    await trip.go([SECOND])

    assert [Secret("sk-kept"), None] == [call.upstream.credential for call in trip.transport.calls]


@in_virtual_time
async def test_without_its_credential_the_next_upstream_is_tried() -> None:
    """
    And nothing is sent to the one that lacks it.
    """
    trip = Trip(ScriptedTransport(ScriptedReply(DONE_EVENT)), keeper=ScriptedKeeper(None))

    await trip.go([KEPT, SECOND])

    assert ["second"] == trip.transport.asked
    assert "failed upstream_credential_unavailable" in trip.notes.lines


@in_virtual_time
async def test_a_rejected_credential_is_told_to_its_keeper() -> None:
    """
    The one that was sent.
    """
    keeper = ScriptedKeeper(Secret("sk-kept"))
    refused = a_diagnosis(code="upstream_credential_rejected", retry_here=False, try_next=False)
    trip = Trip(
        ScriptedTransport(ScriptedReply(b"no", status=401)), ScriptedKind({401: refused}), keeper=keeper
    )

    with pytest.raises(UpstreamRefused):
        await trip.go([KEPT])

    assert [Secret("sk-kept")] == keeper.rejected


@in_virtual_time
async def test_a_rejected_token_is_replaced_within_the_exchange() -> None:
    """
    A token that its issuer revoked early costs one try, not one failed call.
    """
    keeper = ScriptedKeeper(Secret("sk-kept"), has_another=True)
    refused = a_diagnosis(code="upstream_credential_rejected", retry_here=False, try_next=False)
    replies = ScriptedTransport(ScriptedReply(b"no", status=401), ScriptedReply(DONE_EVENT))
    trip = Trip(replies, ScriptedKind({401: refused}), keeper=keeper)

    await trip.go([KEPT])

    assert [Secret("sk-kept"), Secret("sk-another")] == [
        call.upstream.credential for call in trip.transport.calls
    ]


@pytest.mark.parametrize("bound_is_ours", [True, False])
@in_virtual_time
async def test_a_bound_of_our_own_that_does_not_fit_is_left_out_at_the_same_target(
    *, bound_is_ours: bool
) -> None:
    """
    Once, and also at a second target; a bound that the caller set is the caller's to lower.
    """
    full = a_diagnosis(
        status=400,
        code="context_length_exceeded",
        kind="invalid_request_error",
        retry_here=False,
        try_next=False,
    )
    kind = ScriptedKind({400: full, 503: a_diagnosis(status=503)})
    trip = Trip(ScriptedTransport(ScriptedReply(status=503), ScriptedReply(status=400), an_answer()), kind)
    admitted = an_admitted_request()
    request = structs.replace(admitted.sealed.request, bound_is_ours=bound_is_ours)
    ours = structs.replace(admitted, sealed=structs.replace(admitted.sealed, request=request))

    with nullcontext() if bound_is_ours else pytest.raises(UpstreamRefused):
        await trip.dispatcher.dispatch(ours, Journey((FIRST, SECOND), Retry()), trip.notes)

    assert ["first", "second", "second"][: 3 if bound_is_ours else 2] == trip.transport.asked


class Listening(ScriptedKind):
    """A kind that notes whether each request that it is to write has the plan's bound."""

    def __init__(self, diagnoses: Mapping[int, Diagnosis]) -> None:
        super().__init__(diagnoses)
        self.bounds: list[bool] = []

    def call(self, sealed: SealedRequest, target: Target) -> KindCall:
        """Write the request."""
        self.bounds.append(sealed.request.bound_is_ours)
        return super().call(sealed, target)


@in_virtual_time
async def test_a_target_with_more_room_is_told_the_bound_that_another_had_no_room_for() -> None:
    """
    Else it could answer with more than the limits have granted.
    """
    full = a_diagnosis(status=400, code="context_length_exceeded", retry_here=False, try_next=False)
    kind = Listening({400: full, 503: a_diagnosis(status=503, retry_here=False, try_next=True)})
    replies = ScriptedTransport(ScriptedReply(status=400), ScriptedReply(status=503), an_answer())
    trip = Trip(replies, kind)
    admitted = an_admitted_request()
    request = structs.replace(admitted.sealed.request, bound_is_ours=True)
    ours = structs.replace(admitted, sealed=structs.replace(admitted.sealed, request=request))

    await trip.dispatcher.dispatch(ours, Journey((FIRST, SECOND), Retry()), trip.notes)

    assert ["first", "first", "second"] == trip.transport.asked
    assert [True, False, True] == kind.bounds


@in_virtual_time
async def test_a_second_try_without_our_bound_does_not_wait_again() -> None:
    """
    The target had asked for ten seconds, and has had them.
    """
    full = a_diagnosis(status=400, code="context_length_exceeded", retry_here=False, try_next=False)
    kind = ScriptedKind({400: full, 429: a_diagnosis(status=429, retry_after=10.0)})
    trip = Trip(
        ScriptedTransport(ScriptedReply(status=429), ScriptedReply(status=400), an_answer()),
        kind,
        jitter=lambda: 0.0,
    )
    admitted = an_admitted_request()
    request = structs.replace(admitted.sealed.request, bound_is_ours=True)
    ours = structs.replace(admitted, sealed=structs.replace(admitted.sealed, request=request))
    began = asyncio.get_running_loop().time()

    await trip.dispatcher.dispatch(ours, Journey((FIRST,), Retry()), trip.notes)

    assert 10.0 == pytest.approx(asyncio.get_running_loop().time() - began)
    assert ["first"] * 3 == trip.transport.asked
