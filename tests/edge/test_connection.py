"""The connection over real sockets: one exchange after another, and their framing."""

from tests.fakes.open_door import GET, answer_ok, echo, open_door, serving


async def test_a_request_is_answered_over_a_socket() -> None:
    """
    An endpoint that uses the extension answers a plain GET, with a date and no server name.
    """
    async with open_door(serving(answer_ok)) as door, await door.call() as caller:
        caller.say(GET)

        head, body = await caller.hear_answer()

        assert head.startswith(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ndate: ")
        assert b"server" not in head
        assert b"/" == body


async def test_one_connection_serves_many_requests() -> None:
    """
    After a normal end the same connection takes the next request.
    """
    async with open_door(serving(echo)) as door, await door.call() as caller:
        for text in (b"one", b"two", b"three"):
            caller.say(b"POST / HTTP/1.1\r\nHost: door\r\nContent-Length: %d\r\n\r\n" % len(text) + text)

            _, body = await caller.hear_answer()

            assert text == body
        assert 1 == len(door.state.connections)
        assert 3 == door.state.total_requests
