"""Facts about scripting from another process."""

from typing import Any

import httpx2
import pytest

from gateway.simulator.connection import Received
from gateway.simulator.misbehaviour import BEHAVED
from gateway.simulator.records import Records
from gateway.simulator.remote_control import RemoteControl
from gateway.simulator.script import Script
from gateway.simulator.server import Simulator
from tests.simulator.raw_caller import a_body

_CHAT = "/chat/completions"


async def test_a_script_is_followed(client: httpx2.AsyncClient) -> None:
    """
    What is next comes first, then the default, and other places have their own lines.
    """
    script = {
        "next": [{"status": 402}],
        "chat": [{"status": 429}],
        "default": {"status": 503},
        "models": [{"status": 500}],
    }
    await client.post("/sim/script", json=script)

    chat = [(await client.post(_CHAT, json=a_body())).status_code for _ in range(3)]
    models = [(await client.get("/models")).status_code for _ in range(2)]

    assert ([402, 429, 503], [500, 200]) == (chat, models)


async def test_records_can_be_read_and_forgotten(simulator: Simulator, client: httpx2.AsyncClient) -> None:
    """
    Another process sees what happened, without credentials, and can start anew.
    """
    await client.post(
        _CHAT, json=a_body("[[sim:deltas=3]]", stream=True), headers={"authorization": "Bearer sk-x"}
    )
    shown = (await client.get("/sim/records")).json()
    await client.post("/sim/reset")

    (exchange,) = shown["exchanges"]
    assert (1, 0, {"finished": 1, "caller_left": 0, "broken_off": 0}) == (
        shown["started"],
        shown["running"],
        shown["ended"],
    )
    assert (3, 200, "finished", "***") == (
        exchange["deltas_sent"],
        exchange["status"],
        exchange["ending"],
        exchange["headers"]["authorization"],
    )
    assert [] == (await client.get("/sim/records")).json()["exchanges"]
    assert [] == simulator.records


@pytest.mark.parametrize(
    "script",
    [
        [],
        {"nxt": []},
        {"next": [{"unheard": 1}]},
        {"next": [3]},
        {"next": 3},
        {"default": {"status": "x"}},
        {"refuse": "x"},
    ],
)
async def test_an_unreadable_script_changes_nothing(client: httpx2.AsyncClient, script: Any) -> None:
    """
    A script with a mistake is refused whole.
    """
    answer = await client.post("/sim/script", json=script)

    assert 400 == answer.status_code
    assert answer.json()["error"]["message"].startswith("Unreadable script")
    assert 200 == (await client.post(_CHAT, json=a_body())).status_code


async def test_unknown_commands_are_not_found(client: httpx2.AsyncClient) -> None:
    """
    The remote control knows three commands, each with its method.
    """
    statuses = [
        (await client.request(*command)).status_code for command in (("GET", "/sim/x"), ("GET", "/sim/reset"))
    ]

    assert [404, 404] == statuses


def test_strangers_are_not_heard() -> None:
    """
    From another machine nothing is shown, scripted or reset.
    """
    done: list[str] = []
    control = RemoteControl(
        records=Records(1),
        script=Script(BEHAVED),
        reset=lambda: done.append("reset"),
        refuse=lambda _: done.append("refuse"),
    )
    stranger = Received(1, "POST", "/sim/reset", {}, b"", keep_alive=True, chunked=True, from_loopback=False)

    assert (403, []) == (control.answer(stranger).status, done)
