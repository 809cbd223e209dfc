"""Ordinary ASGI messages on top of a reply and a body, for apps that know no extension."""

from typing import Any

from gateway.edge.caller_reply import CallerGone
from gateway.edge.door_extension import DoorExtension
from gateway.vocabulary.refusal import Refusal


class PlainAsgi:
    """The `receive` and `send` of one exchange."""

    __slots__ = ("_exchange", "_is_body_given")

    def __init__(self, exchange: DoorExtension) -> None:
        self._exchange = exchange
        self._is_body_given = False

    async def receive(self) -> dict[str, Any]:
        """
        Return the next part of the body, then, once the exchange is over, `http.disconnect`.

        A body that is too slow or malformed also reads as a disconnect; the
        connection then answers for the app if the app does not.
        """
        exchange = self._exchange
        if not self._is_body_given and not exchange.is_over:
            try:
                part, has_more = await exchange.body.read_part()
            except Refusal:
                return {"type": "http.disconnect"}
            self._is_body_given = not has_more
            return {"type": "http.request", "body": part, "more_body": has_more}
        await exchange.wait_until_over()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        """Pass on a message; raise `CallerGone` (an `OSError`, ASGI 2.4) after the caller left."""
        exchange = self._exchange
        if exchange.is_gone:
            raise CallerGone("the caller left")
        kind = message["type"]
        if kind == "http.response.start":
            exchange.reply.begin(message["status"], message.get("headers", ()))
        elif kind != "http.response.body":
            raise RuntimeError(f"{kind} is not a message for the answer to a request")
        elif message.get("more_body", False):
            await exchange.reply.write(message.get("body", b""))
        else:
            exchange.reply.end(message.get("body", b""))
