"""Which web pages may call, at a whole gateway and at the wrapper alone."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.edge.cross_origin import ANY_ORIGIN, CrossOrigin
from gateway.edge.door_extension import EXTENSION
from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.caller_side import ScriptedDoorway
from tests.fakes.house import CHAT, KEY, Answer, House, a_chat, a_house
from tests.fakes.small_house import a_scope

pytestmark = pytest.mark.slow

_PAGE = "https://app.example"
_ASKED = "authorization, content-type, x-stainless-os"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Run a gateway that pages of one origin, and of an app, may call."""
    environ = {"GATEWAY_ALLOWED_ORIGINS": f"{_PAGE}, app://obsidian.md"}
    async with a_house(tmp_path_factory.mktemp("opened"), environ=environ) as house:
        yield house


async def _preflight(house: House, path: str = CHAT, origin: str = _PAGE) -> Answer:
    how = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": _ASKED}
    return await house.ask(b"", path=path, method="OPTIONS", key=None, Origin=origin, **how)


def _allowed(answer: Answer) -> str | None:
    return answer.headers.get("access-control-allow-origin")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "path", [CHAT, "/chat/completions", "/beta/chat/completions", "/v1/models", "/models", "/responses"]
)
@pytest.mark.parametrize("origin", [_PAGE, "app://obsidian.md"])
async def test_a_browser_is_told_beforehand_what_a_page_may_send(
    opened: House, path: str, origin: str
) -> None:
    """
    Method and every field that the SDK wants to send, without a key, and for two hours.
    """
    answer = await _preflight(opened, path, origin)

    assert (204, origin, _ASKED) == (
        answer.status,
        _allowed(answer),
        answer.headers["access-control-allow-headers"],
    )
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "7200" == answer.headers["access-control-max-age"]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("stream", [False, True])
async def test_a_page_may_read_answers_and_their_fields(opened: House, *, stream: bool) -> None:
    """
    Whole and streamed; caches between are told that it depends on the page.
    """
    answer = await opened.ask(a_chat(stream=stream), Origin=_PAGE)

    assert (200, True, _PAGE, "origin") == (
        answer.status,
        answer.is_whole,
        _allowed(answer),
        answer.headers["vary"],
    )
    assert "*" == answer.headers["access-control-expose-headers"]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("body", "path", "method", "status"),
    [
        (b"{", CHAT, "POST", 400),
        (b"", CHAT, "GET", 405),
        (b"", "/v1/nothing", "GET", 404),
        (b"", "/v1/models", "GET", 200),
    ],
)
async def test_a_page_may_read_why_it_is_refused(
    opened: House, body: bytes, path: str, method: str, status: int
) -> None:
    """
    Without these fields a browser would only say that something failed.
    """
    answer = await opened.ask(body, path=path, method=method, Origin=_PAGE)

    assert (status, _PAGE) == (answer.status, _allowed(answer))


@pytest.mark.asyncio(loop_scope="module")
async def test_a_page_that_is_closed_while_its_answer_comes_has_left(opened: House) -> None:
    """
    The upstream is let go of as for any caller.
    """
    opened.begin_anew()
    opened.simulator.next(Misbehaviour(stall_after=2))

    async with await opened.call() as caller:
        listening = await opened.listening(caller, a_chat(stream=True), Origin=_PAGE)
        await listening.piece()
    await opened.until_empty()

    assert "caller_left" == (await opened.record())["ending"]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("origin", ["https://evil.example", "https://app.example.evil", "null", ""])
async def test_pages_of_other_origins_learn_nothing(opened: House, origin: str) -> None:
    """
    They are answered as ever, and their browsers keep it from them.
    """
    preflight = await _preflight(opened, origin=origin)
    answer = await opened.ask(a_chat(), Origin=origin)

    assert (405, 200) == (preflight.status, answer.status)
    assert not [name for name in (*preflight.headers, *answer.headers) if name.startswith("access-control")]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("path", ["/metrics", "/admin/v1/me", "/healthz", "/key/info"])
async def test_what_operators_ask_is_open_to_no_page(opened: House, path: str) -> None:
    """
    Who may read the metrics is told by the address, which is that of the page's visitor.
    """
    answer = await opened.ask(b"", path=path, method="GET", Origin=_PAGE)

    assert _allowed(answer) is None


async def test_without_the_setting_no_page_may_call(tmp_path: Path) -> None:
    """
    A gateway is open to browsers only for who says so.
    """
    async with a_house(tmp_path) as house:
        preflight = await _preflight(house)
        answer = await house.ask(a_chat(), Origin=_PAGE)

    assert (405, None, 200, None) == (preflight.status, _allowed(preflight), answer.status, _allowed(answer))


class _App:
    """An application that begins an answer on whichever side it finds."""

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        """Answer."""
        doorway = scope["extensions"].get(EXTENSION)
        if doorway is None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        else:
            doorway.reply.begin(200, [(b"x-own", b"1")])


@pytest.mark.parametrize("has_doorway", [True, False])
async def test_all_origins_are_one_answer_for_everybody(*, has_doorway: bool) -> None:
    """
    With `*` nothing depends on the page; also under a server that has no doorway.
    """
    doorway = ScriptedDoorway() if has_doorway else None
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = a_scope(doorway, origin="https://anything.example", authorization=KEY)
    await CrossOrigin(_App(), [ANY_ORIGIN])(scope, None, send)  # type: ignore[arg-type]

    fields = dict(sent[0]["headers"] if doorway is None else doorway.reply.headers)
    assert b"*" == fields[b"access-control-allow-origin"]
    assert b"vary" not in fields
