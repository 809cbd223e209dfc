"""The composition root: what is open, what is closed, and in which order."""

import asyncio
import socket
from pathlib import Path

import pytest

from gateway.app import Gateway
from gateway.foundation.state_folder import UnusableState
from gateway.policy.errors import PolicyRejected
from gateway.settings import read_settings
from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.audit_side import endings_in, records_in
from tests.fakes.house import PolicyFolder, a_chat, a_house, an_environ, until

pytestmark = pytest.mark.slow


async def test_an_opened_gateway_says_where_it_listens(tmp_path: Path) -> None:
    """
    Port 0 becomes a real one.
    """
    async with a_house(tmp_path) as house:
        host, port = house.gateway.address

        assert "127.0.0.1" == host
        assert port > 0


async def test_a_closed_gateway_listens_no_more(tmp_path: Path) -> None:
    """
    Its port is free again.
    """
    async with a_house(tmp_path) as house:
        address = house.gateway.address

    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address)


async def test_closing_writes_down_what_was_begun(tmp_path: Path) -> None:
    """
    An exchange that the stop ends has its records when `close` returns.
    """
    async with a_house(tmp_path, environ={"GATEWAY_DRAIN_SECONDS": "0.05"}) as house:
        house.simulator.next(Misbehaviour(slow_head=30))
        asking = asyncio.ensure_future(house.chat())
        await house.simulator.until(lambda: house.simulator.totals.started == 1)

    written = [record["code"] for record in endings_in(tmp_path / "state" / "audit")]
    assert 503 == (await asking).status
    assert ["shutting_down"] == written


async def test_closing_leaves_no_task_behind(tmp_path: Path) -> None:
    """
    What was started is over, streams and lingering connections included.
    """
    before = asyncio.all_tasks()
    async with a_house(tmp_path) as house:
        await asyncio.gather(*(house.chat(stream=True) for _ in range(5)))

    await until(lambda: asyncio.all_tasks() <= before)
    assert before == asyncio.all_tasks()


async def test_the_access_log_is_one_line_for_each_exchange(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    On standard output, unless it is switched off.
    """
    async with a_house(tmp_path / "on", environ={"GATEWAY_ACCESS_LOG": "on"}) as house:
        await house.chat()
        await house.ask(b"{")
    loud = capfd.readouterr().out.splitlines()
    async with a_house(tmp_path / "off") as house:
        await house.chat()
    silent = capfd.readouterr().out

    assert 2 == len(loud)
    assert "" == silent


async def test_nothing_that_was_said_is_written_down(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    Neither log holds a word of a request or an answer.
    """
    async with a_house(tmp_path, environ={"GATEWAY_ACCESS_LOG": "on"}) as house:
        await house.chat("[[sim:text=the answer of canaries]] a question of canaries", stream=True)
        await house.ask(a_chat("a question of canaries", messages=[{"role": "canaries"}]))

    output = capfd.readouterr()
    kept = str(records_in(tmp_path / "state" / "audit"))
    assert "canaries" not in output.out + output.err + kept
    assert "request.admitted" in kept


async def test_a_port_that_is_taken_refuses_the_start(tmp_path: Path) -> None:
    """
    With the system's own word, and no key was made.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        gateway = _gateway(tmp_path, GATEWAY_PORT=port)
        with pytest.raises(OSError, match="ddress already in use"):
            await gateway.open()

    assert not (tmp_path / "state" / "demo_key.json").exists()


async def test_bad_policies_refuse_the_start(tmp_path: Path) -> None:
    """
    File and key are told.
    """
    gateway = _gateway(tmp_path)
    (tmp_path / "policies" / "models.yaml").write_text("models: {m: {rout: []}}")

    with pytest.raises(PolicyRejected, match=r"models\.yaml: models\.m\.rout: "):
        await gateway.open()


async def test_a_state_folder_that_cannot_be_made_refuses_the_start(tmp_path: Path) -> None:
    """
    And says in which setting to name another.
    """
    (tmp_path / "state").write_text("a file")

    with pytest.raises(UnusableState, match="GATEWAY_STATE_DIR"):
        _gateway(tmp_path)


@pytest.mark.parametrize(
    "content", ["", "{", '{"key_id": "x"}', '{"key_id": "x", "hash": "sha256:12"}', "[]"]
)
async def test_a_damaged_key_file_refuses_the_start(tmp_path: Path, content: str) -> None:
    """
    It is named, and not replaced behind the operator's back.
    """
    file = tmp_path / "state" / "demo_key.json"
    file.parent.mkdir()
    file.write_text(content)

    with pytest.raises(UnusableState, match=r"demo_key\.json"):
        _gateway(tmp_path)

    assert content == file.read_text()


def _gateway(folder: Path, **changes: str) -> Gateway:
    PolicyFolder(folder / "policies", ["http://127.0.0.1:9"]).write()
    return Gateway(read_settings(an_environ(folder, **changes)), {})
