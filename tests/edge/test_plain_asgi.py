"""ASGI messages become calls of the reply and the body."""

import pytest

from gateway.edge.caller_reply import CallerGone
from gateway.edge.plain_asgi import PlainAsgi
from gateway.edge.request_body import BodyTooSlow
from tests.fakes.still_exchange import an_exchange


async def test_a_body_is_received_in_parts_and_then_a_disconnect() -> None:
    """
    Each part says whether more follows; after the end only the disconnect is left.
    """
    exchange = an_exchange()
    plain = PlainAsgi(exchange)
    exchange.body.feed(b"one")
    first = await plain.receive()
    exchange.body.feed(b"23")
    second = await plain.receive()
    exchange.close()

    third = await plain.receive()

    assert {"type": "http.request", "body": b"one", "more_body": True} == first
    assert {"type": "http.request", "body": b"23", "more_body": False} == second
    assert {"type": "http.disconnect"} == third


async def test_a_body_at_fault_reads_as_a_disconnect() -> None:
    """
    ASGI has no word for a body that is too slow.
    """
    exchange = an_exchange()
    exchange.body.fail(BodyTooSlow("slow"))

    message = await PlainAsgi(exchange).receive()

    assert {"type": "http.disconnect"} == message


async def test_nothing_can_be_sent_to_one_who_left() -> None:
    """
    Every message raises, the first as well as the last.
    """
    exchange = an_exchange()
    exchange.leave()
    plain = PlainAsgi(exchange)

    for message in ({"type": "http.response.start", "status": 200}, {"type": "http.response.body"}):
        with pytest.raises(CallerGone):
            await plain.send(message)


async def test_an_unknown_message_is_refused() -> None:
    """
    A message of another protocol is a mistake of the app.
    """
    with pytest.raises(RuntimeError, match="lifespan"):
        await PlainAsgi(an_exchange()).send({"type": "lifespan.startup.complete"})
