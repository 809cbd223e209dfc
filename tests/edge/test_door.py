"""Where a request goes."""

from typing import Any

import orjson
import pytest

from gateway.edge.door import Door
from tests.fakes.small_house import a_scope


class Recorder:
    """An ASGI app that remembers which paths it served."""

    def __init__(self) -> None:
        self.served: list[str] = []

    async def __call__(self, scope: Any, *_: object) -> None:
        """Remember."""
        self.served.append(scope.get("path", scope["type"]))


class Entrance:
    """A door with a hot path and a rest."""

    def __init__(self) -> None:
        self.hot, self.rest = Recorder(), Recorder()
        self.sent: list[Any] = []
        self._door = Door({"/v1/chat/completions": self.hot}, self.rest)

    async def enter(self, **changes: Any) -> None:
        """Send one request through."""

        async def send(message: Any) -> None:
            self.sent.append(message)

        await self._door(a_scope() | changes, _no_receive, send)


async def _no_receive() -> Any:
    raise AssertionError("the door reads no body")


async def test_a_hot_path_goes_straight_to_its_endpoint() -> None:
    """
    POST to chat never sees the router.
    """
    entrance = Entrance()

    await entrance.enter()

    assert (["/v1/chat/completions"], []) == (entrance.hot.served, entrance.rest.served)


@pytest.mark.parametrize("path", ["/healthz", "/v1/chat/completions/", "/nowhere"])
async def test_everything_else_goes_to_the_router(path: str) -> None:
    """
    Also a path that is nearly hot.
    """
    entrance = Entrance()

    await entrance.enter(path=path)

    assert ([], [path]) == (entrance.hot.served, entrance.rest.served)


async def test_what_is_no_request_goes_to_the_router() -> None:
    """
    Lifespan events have neither path nor method.
    """
    entrance = Entrance()

    await entrance.enter(type="lifespan")

    assert 1 == len(entrance.rest.served)


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS"])
async def test_another_method_is_refused_in_openais_shape(method: str) -> None:
    """
    405 with the method that is allowed and a request id, and no endpoint is run.
    """
    entrance = Entrance()

    await entrance.enter(method=method)

    start, body = entrance.sent
    head = dict(start["headers"])
    assert (405, b"POST", b"36") == (start["status"], head[b"allow"], b"%d" % len(head[b"x-request-id"]))
    assert "method_not_allowed" == orjson.loads(body["body"])["error"]["code"]
    assert [] == entrance.hot.served


async def test_a_wrong_method_is_refused_in_the_dialect_of_the_path() -> None:
    """
    Each client can read why.
    """
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    recorder = Recorder()
    door = Door({"/v1/messages": recorder}, recorder)

    await door(a_scope() | {"path": "/v1/messages", "method": "GET"}, _no_receive, send)

    head = dict(sent[0]["headers"])
    assert (405, head[b"x-request-id"]) == (sent[0]["status"], head[b"request-id"])
    assert ("error", "method_not_allowed") == (
        (body := orjson.loads(sent[1]["body"]))["type"],
        body["error"]["code"],
    )
