"""What the official clients make of the gateway's refusals, and what they repeat."""

from typing import Any

import pytest

from tests.sdk.client import Client
from tests.sdk.conftest import UPSTREAM_KEY
from tests.sdk.simulated import Simulated

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("act", ["chat", "stream"])
def test_a_wrong_key_is_an_authentication_error(client: Client, simulator: Simulated, act: str) -> None:
    """
    401 becomes the SDK's own error, with our code and the request's id, and no upstream is asked.
    """
    error = client.do(act, api_key="sk-nobody-knows-this-one")["error"]

    assert ("AuthenticationError", 401, "invalid_credential") == _gist(error)
    assert error["request_id"]
    assert [] == simulator.exchanges()


@pytest.mark.parametrize("act", ["chat", "stream"])
def test_an_unknown_model_is_a_not_found_error(client: Client, simulator: Simulated, act: str) -> None:
    """
    404 names the field at fault.
    """
    error = client.do(act, model="no-such-model")["error"]

    assert ("NotFoundError", 404, "model_not_found") == _gist(error)
    assert "model" == error["param"]
    assert [] == simulator.exchanges()


def test_a_wrong_field_is_a_bad_request(client: Client, simulator: Simulated) -> None:
    """
    400 names the field at fault and says what it has to be.
    """
    error = client.do("chat", options={"extra_body": {"thinking": "on"}})["error"]

    assert ("BadRequestError", 400, "invalid_request") == _gist(error)
    assert "thinking" == error["param"]
    assert "an object" in error["message"]
    assert [] == simulator.exchanges()


def test_one_overload_upstream_is_not_seen(client: Client, simulator: Simulated) -> None:
    """
    The gateway repeats by itself what passes, so that a client without retries gets its answer.
    """
    simulator.next({"status": 503}, {"text": "Here I am."})

    facts = client.do("chat", retries=0)

    assert "Here I am." == facts["text"]
    assert [503, 200] == _statuses(simulator)


def test_an_error_before_content_is_not_seen_in_a_stream(client: Client, simulator: Simulated) -> None:
    """
    As long as nothing was said, a stream may begin anew elsewhere.
    """
    simulator.next({"error_after": 0}, {"text": "Here I am."})

    facts = client.do("stream", retries=0)

    assert "Here I am." == facts["text"]
    assert 2 == len(simulator.exchanges())


def test_an_overload_that_lasts_is_repeated_by_the_client(client: Client, simulator: Simulated) -> None:
    """
    When the gateway has given up, 503 reaches the SDK, which tries once more and succeeds.
    """
    simulator.next(*[{"status": 503}] * 3, {"text": "At last."})

    facts = client.do("chat", retries=1)

    assert "At last." == facts["text"]
    assert [503, 503, 503, 200] == _statuses(simulator)


def test_an_overload_that_stays_is_an_error_that_says_so(client: Client, simulator: Simulated) -> None:
    """
    Without retries the SDK raises, with our code.
    """
    simulator.next(*[{"status": 503}] * 3)

    error = client.do("stream", retries=0)["error"]

    assert ("InternalServerError", 503, "upstream_overloaded") == _gist(error)


def test_an_empty_balance_is_not_repeated(client: Client, simulator: Simulated) -> None:
    """
    `x-should-retry: false` keeps the SDK from repeating what cannot succeed, although it is a 5xx.
    """
    simulator.next({"status": 402})

    error = client.do("chat", retries=2)["error"]

    assert ("InternalServerError", 503, "upstream_balance_exhausted") == _gist(error)
    assert [402] == _statuses(simulator)


def test_a_wait_that_was_asked_for_is_kept(client: Client, simulator: Simulated) -> None:
    """
    After `Retry-After: 1` the upstream is not asked again within that second.
    """
    simulator.next({"status": 429, "error": "rate", "retry_after": "1"}, {"text": "Thanks for waiting."})

    facts = client.do("chat", retries=2)
    first, second = simulator.exchanges()

    assert "Thanks for waiting." == facts["text"]
    assert second["started_at"] - first["ended_at"] >= 1.0


def test_a_wait_that_is_too_long_is_an_error_at_once(client: Client, simulator: Simulated) -> None:
    """
    No client hangs for ten minutes because an upstream asked for it; the Node SDK would.
    """
    simulator.next({"status": 429, "error": "rate", "retry_after": "600"})

    error = client.do("chat", retries=2)["error"]

    assert ("RateLimitError", 429, "upstream_rate_limited") == _gist(error)
    assert [429] == _statuses(simulator)


def test_our_own_credential_is_not_shown(client: Client, simulator: Simulated) -> None:
    """
    An upstream that quotes the gateway's key back does not give it to the caller.
    """
    quoting = f'{{"error": {{"message": "Bad request by {UPSTREAM_KEY}", "type": "invalid_request_error"}}}}'
    simulator.next({"status": 400, "body": quoting})

    error = client.do("chat")["error"]

    assert ("BadRequestError", 400, "upstream_rejected") == _gist(error)
    assert "Bad request by" in error["message"]
    assert UPSTREAM_KEY not in error["message"]
    assert UPSTREAM_KEY[-4:] not in error["message"]


@pytest.mark.parametrize("cut", ["reset", "close", "mid_chunk"])
def test_a_break_in_mid_stream_is_an_error(client: Client, simulator: Simulated, cut: str) -> None:
    """
    What the upstream did not finish is never taken for finished: the SDK raises after the part that came.
    """
    simulator.next({"deltas": 20, "cut_after": 5, "cut": cut})

    facts = client.do("stream", retries=2)

    assert " w0 w1 w2 w3 w4" == facts["text"]
    assert "upstream_broke" == facts["error"]["code"]
    assert 1 == len(simulator.exchanges())


def test_a_stream_without_its_end_is_an_error(client: Client, simulator: Simulated) -> None:
    """
    A body that ends properly before `[DONE]` would be a silent truncation in every SDK.
    """
    simulator.next({"deltas": 5, "no_finish": True, "no_done": True})

    facts = client.do("stream")

    assert "upstream_broke" == facts["error"]["code"]


def test_one_who_leaves_ends_the_generation(client: Client, simulator: Simulated) -> None:
    """
    Closing the stream costs the upstream at most one second more.
    """
    simulator.next({"deltas": 1000, "delay_ms": 20})

    facts = client.do("stream", leave_after=5)
    exchange = simulator.ended()

    assert 5 == facts["chunks"]
    assert "caller_left" == exchange["ending"]
    # Fifty deltas a second are generated, and leaving takes its turn too.
    assert exchange["deltas_sent"] <= 5 + 50 + 25


def test_one_who_waits_no_longer_ends_the_generation(client: Client, simulator: Simulated) -> None:
    """
    The SDK's own time-out of a whole answer reaches the upstream too.
    """
    simulator.next({"deltas": 1000, "delay_ms": 20})

    error = client.do("chat", timeout=0.5)["error"]
    exchange = simulator.ended()

    assert "Timeout" in error["class"]
    assert "caller_left" == exchange["ending"]
    assert exchange["ended_at"] - exchange["started_at"] < 0.5 + 1.0


def _gist(error: dict[str, Any]) -> tuple[str, int, str]:
    return error["class"], error["status"], error["code"]


def _statuses(simulator: Simulated) -> list[int]:
    return [exchange["status"] for exchange in simulator.exchanges()]
