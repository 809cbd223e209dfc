"""What a newcomer sees: a key once, examples that work as printed, and why a start is refused."""

import asyncio
import re
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from tests.fakes.house import PolicyFolder, a_chat
from tests.fakes.sealing import CARD, EMAIL, MOBILE, RESIDENT_ID
from tests.journeys.serving import Served, a_process_environ, serving, serving_on_terminal, starting

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
_KEY = re.compile(r"^ *(sk-dsg-\S+)$", re.MULTILINE)
_CURL = re.compile(r"^curl http.*?(?<!\\)$", re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^import os\n.*?\n\n", re.MULTILINE | re.DOTALL)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("newcomer")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def first(folder: Path) -> AsyncIterator[Served]:
    """A gateway that was started for the first time, with no settings."""
    async with serving(folder) as served:
        await served.until_shown("print(")
        yield served


@needs_curl
async def test_the_printed_curl_works_as_printed(first: Served) -> None:
    """
    Pasted into a shell it gets an answer.
    """
    answer, errors = await _run("bash", "-c", _found(_CURL, first.shown))

    assert '"object":"chat.completion"' in answer, errors


@needs_curl
async def test_the_printed_curl_works_as_a_stream(first: Served) -> None:
    """
    With the two changes that the text names, the answer is a stream.
    """
    command = _found(_CURL, first.shown).replace('{"model"', '{"stream": true, "model"')

    answer, errors = await _run("bash", "-c", command.replace("curl ", "curl -N ", 1))

    assert answer.endswith("data: [DONE]\n\n"), errors


async def test_the_printed_python_works_as_printed(first: Served) -> None:
    """
    Pasted into Python's prompt, where indentation counts, it prints the answer as it comes.
    """
    lines = _found(_PYTHON, first.shown)

    answer, errors = await _run(sys.executable, "-i", "-c", "", stdin=lines)

    assert "Hello!" in answer, errors
    assert "Error" not in errors


async def test_the_keys_themselves_are_kept_nowhere(first: Served, folder: Path) -> None:
    """
    Of the demo key and the first administrator's only hashes are in the state folder, their owner's alone.
    """
    demo, admin = (key.rpartition("-")[2].encode() for key in _KEY.findall(first.shown))

    files = {path.name: path.read_bytes() for path in (folder / "state").rglob("*") if path.is_file()}
    assert b"sha256:" in files["demo_key.json"]
    assert [] == [name for name, content in files.items() if demo in content or admin in content]
    assert 0o600 == (folder / "state" / "demo_key.json").stat().st_mode & 0o777


async def test_the_second_start_knows_the_key_and_does_not_show_it(first: Served, folder: Path) -> None:
    """
    The same key opens the door; it is not printed again.
    """
    key = _found(_KEY, first.shown).strip()

    async with serving(folder) as second:
        await second.until_told("was shown at the first start")
        answer = await second.ask(a_chat(), key=key)

    assert 200 == answer.status
    assert "sk-dsg-" not in second.told + second.shown


async def test_the_start_says_who_answers(first: Served) -> None:
    """
    Without a server of one's own it is the simulator, in the start-up lines and in every answer.
    """
    answer = await first.ask(a_chat(), key=_found(_KEY, first.shown).strip())

    assert "requests go to: simulator" in first.told
    assert "answered by the built-in simulator" in first.told
    assert "simulator" == answer.headers["x-gateway-upstream"]


async def test_on_a_terminal_everything_is_said_in_words(tmp_path: Path) -> None:
    """
    At one place, with what there is to paste; elsewhere as events, and that by itself, where no events are.
    """
    async with serving_on_terminal(tmp_path / "seen") as seen:
        await seen.until_told("print(")
    async with serving(tmp_path / "kept") as kept:
        await kept.until_shown("print(")

    events = [orjson.loads(line) for line in kept.told.splitlines()]
    assert seen.told.startswith("deepseek-gateway listens on http://")
    assert "\nYour demo key, shown this once:\n" in seen.told
    assert "" == seen.shown
    assert ["gateway.listening", "gateway.policy", "gateway.simulated"] == [one["event"] for one in events]
    assert ("info", "http://{}:{}".format(*kept.address)) == (events[0]["level"], events[0]["url"])
    assert "sk-dsg-" not in kept.told


@needs_curl
async def test_a_chosen_key_is_not_printed_and_its_example_works(tmp_path: Path) -> None:
    """
    GATEWAY_DEMO_KEY sets the key; the example takes it from the environment, whatever is in it.
    """
    key = 'it\'s a "key" of $HOME'

    async with serving_on_terminal(tmp_path, GATEWAY_DEMO_KEY=key) as served:
        await served.until_told("print(")
        answer, errors = await _run("bash", "-c", _found(_CURL, served.told), GATEWAY_DEMO_KEY=key)

    assert '"object":"chat.completion"' in answer, errors
    assert key not in served.told
    assert not (tmp_path / "state" / "demo_key.json").exists()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_the_demo_hides_private_data_from_the_model(tmp_path: Path, *, stream: bool) -> None:
    """
    With the shipped policies and no setting: the model never sees an original, the caller nothing else.
    """
    text = f"身份证{RESIDENT_ID}，手机{MOBILE}，邮箱{EMAIL}，卡号{CARD}"
    async with (
        Simulator() as deepseek,
        serving(
            tmp_path,
            DEEPSEEK_API_KEY="sk-of-the-operator",
            DEEPSEEK_BASE_URL=deepseek.base_url,
            GATEWAY_DEMO_KEY="open sesame",
        ) as served,
    ):
        deepseek.always(Misbehaviour(echo=True, delta_size=3))
        answer = await served.ask(a_chat(text, stream=stream), key="open sesame")

    said = answer.spoken() if stream else answer.document["choices"][0]["message"]["content"]
    sent = deepseek.records[0].body.decode()
    assert text == said
    assert not any(original in sent for original in (RESIDENT_ID, MOBILE, EMAIL, CARD))


async def test_a_real_server_answers_instead_of_the_simulator(tmp_path: Path) -> None:
    """
    With DEEPSEEK_API_KEY set the demo goes to DeepSeek's address, here one that we know.
    """
    async with (
        Simulator() as deepseek,
        serving(
            tmp_path,
            DEEPSEEK_API_KEY="sk-of-the-operator",
            DEEPSEEK_BASE_URL=deepseek.base_url,
            GATEWAY_DEMO_KEY="open sesame",
        ) as served,
    ):
        answer = await served.ask(a_chat(), key="open sesame")
        asked = deepseek.records[0].headers["authorization"]

    assert "deepseek" == answer.headers["x-gateway-upstream"]
    assert "Bearer sk-of-the-operator" == asked
    assert "sk-of-the-operator" not in served.told


async def test_an_order_to_replace_workers_does_not_end_a_gateway_without_any(tmp_path: Path) -> None:
    """
    SIGUSR2, which by default would end it: it says what to do, and the answer that it gives goes on.
    """
    async with Simulator() as simulator:
        policies = PolicyFolder(tmp_path / "policies", [simulator.base_url])
        policies.write()
        async with serving(tmp_path, GATEWAY_POLICIES=str(policies.folder)) as served:
            served.signal(signal.SIGUSR2)
            await served.until_told("gateway.not_replaced")
            answer = await served.ask(a_chat())

    assert 200 == answer.status
    assert "restart it, or use --workers" in served.told


async def test_sighup_reads_the_policies_again(tmp_path: Path) -> None:
    """
    At once, without waiting for the watcher, and a bad file is told with its key.
    """
    async with Simulator() as simulator:
        policies = PolicyFolder(tmp_path / "policies", [simulator.base_url])
        policies.write()
        async with serving(tmp_path, GATEWAY_POLICIES=str(policies.folder)) as served:
            policies.model["aliases"] = ["deepseek-next"]
            policies.write()
            served.signal(signal.SIGHUP)
            await served.until_told("policy.reloaded")
            answer = await served.ask(a_chat(model="deepseek-next"))

            (policies.folder / "models.yaml").write_text("models: {m: {rout: []}}")
            served.signal(signal.SIGHUP)
            await served.until_told("policy.rejected")
            still = await served.ask(a_chat(model="deepseek-next"))

    assert (200, 200) == (answer.status, still.status)
    assert "models.yaml: models.m.rout" in served.told


async def test_a_start_that_fails_burns_no_key(tmp_path: Path) -> None:
    """
    The port is taken: the next start is still the first one, and shows its key.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, told = await _refused(tmp_path, GATEWAY_PORT=port)

    async with serving(tmp_path) as served:
        await served.until_shown("shown this once")

    assert 1 == code
    assert port in told


async def test_bad_policies_refuse_the_start(tmp_path: Path) -> None:
    """
    Every mistake is told with file and key, and the exit code is 1.
    """
    policies = PolicyFolder(tmp_path / "policies", ["ftp://nowhere"])
    policies.plan["body_limit_bytes"] = "${BODY_LIMIT_OF_NOBODY}"
    policies.model["rout"] = []
    policies.write()

    code, told = await _refused(tmp_path, GATEWAY_POLICIES=str(policies.folder))

    assert 1 == code
    assert "upstreams.yaml: upstreams.first.base_url: " in told
    assert "models.yaml: models.deepseek-flash.rout: " in told
    assert "plans/basic.yaml: body_limit_bytes: the variable BODY_LIMIT_OF_NOBODY is not set" in told
    assert "Traceback" not in told


async def test_the_simulator_is_for_this_machine_alone(tmp_path: Path) -> None:
    """
    Where others could connect a gateway without a real server does not start, and says what to set.
    """
    code, told = await _refused(tmp_path, GATEWAY_HOST="0.0.0.0")

    assert 1 == code
    assert all(name in told for name in ("DEEPSEEK_API_KEY", "LOCAL_BASE_URL", "GATEWAY_HOST=127.0.0.1"))
    assert "Traceback" not in told


async def _refused(folder: Path, **changes: str) -> tuple[int, str]:
    async with starting(a_process_environ(folder, **changes), folder) as served:
        return await served.ended(), served.told


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    assert found, text
    return found[0]


async def _run(*command: str, stdin: str = "", **environ: str) -> tuple[str, str]:
    """Return what a command wrote on both its outputs."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=a_process_environ(Path("unused"), **environ),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(stdin.encode()), 30)
    return out.decode(), err.decode()
