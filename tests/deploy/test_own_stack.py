"""The stack's own command lines, started outside containers, with its secrets and on the image's content."""

import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.deploy.own_image import OwnImage, build
from tests.deploy.own_stack import OwnStack, files_in
from tests.fakes.redis_server import RedisServer
from tests.house.tree import ROOT

pytestmark = pytest.mark.long

_PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def image() -> Iterator[OwnImage]:
    """The image's content, in a folder that other users may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield build(Path(folder) / "image")


@pytest.fixture(scope="module")
def stack(image: OwnImage) -> Iterator[OwnStack]:
    """
    The stack with the profile `demo`: a model, a gateway, and then both Redis.
    """
    own = OwnStack(image)
    with ExitStack() as ending:
        ending.callback(own.stop)
        own.start(
            "simulator", "simulator", "--host", "127.0.0.1", "--port", str(own.ports["model"]), "--quiet"
        )
        own.until_healthy("simulator")
        own.start("gateway")
        # The gateway waits for what comes later.
        time.sleep(2)
        assert own.started["gateway"].poll() is None
        for server in own.redis.values():
            server.start()
        own.until_healthy("gateway")
        yield own


def ask(url: str, key: str = "", body: object = None) -> tuple[int, dict[str, str], bytes]:
    """Ask once; return status, head and body."""
    head = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, head), timeout=20) as answer:  # noqa: S310
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def a_chat(stack: OwnStack, text: str = "Hello!") -> tuple[int, dict[str, str], bytes]:
    """Ask the model once, with the demo tenant's key."""
    return ask(
        f"http://127.0.0.1:{stack.ports['gateway']}/v1/chat/completions",
        stack.key("demo_key"),
        {"model": "deepseek-chat", "messages": [{"role": "user", "content": text}]},
    )


def test_the_image_has_no_tools_and_all_extras(image: OwnImage) -> None:
    """
    No pip; both extras and the policies are there, and the folder of the state is the user's alone.
    """
    python = image.inside("/opt/gateway/bin/python")
    ran = [
        subprocess.run(
            [python, "-c", f"import {name}"], capture_output=True, timeout=60, check=False
        ).returncode
        for name in ("pip", "hyperscan", "duckdb", "gateway.app")
    ]
    state = Path(image.inside("/var/lib/deepseek-gateway")).stat()

    assert [1, 0, 0, 0] == ran
    assert Path(image.inside("/etc/deepseek-gateway/policies/models.yaml")).is_file()
    assert 0o700 == state.st_mode & 0o777
    assert image.user == state.st_uid


def test_a_chat_goes_through_the_stack(stack: OwnStack) -> None:
    """
    By the model server that the stack names, with the key that was made.
    """
    status, head, body = a_chat(stack)

    assert (200, "local") == (status, head.get("x-gateway-upstream"))
    assert json.loads(body)["choices"][0]["message"]["content"]
    assert 401 == ask(f"http://127.0.0.1:{stack.ports['gateway']}/v1/models", "sk-nobody")[0]


def test_operators_have_a_port_of_their_own(stack: OwnStack) -> None:
    """
    Metrics of both workers and the admin API are there, and not where callers come in.
    """
    public, inner = (f"http://127.0.0.1:{stack.ports[name]}" for name in ("gateway", "admin"))
    deadline = time.monotonic() + _PATIENCE_SECONDS
    # The first worker serves before the second is ready.
    while b"\ngateway_workers 2\n" not in ask(f"{inner}/metrics")[2]:
        assert time.monotonic() < deadline
        time.sleep(0.1)

    assert 200 == ask(f"{inner}/admin/v1/me", stack.key("admin_key"))[0]
    assert (404, 404) == (
        ask(f"{public}/metrics")[0],
        ask(f"{public}/admin/v1/me", stack.key("admin_key"))[0],
    )


def test_redis_admits_the_gateway_and_a_probe(stack: OwnStack) -> None:
    """
    Nobody without a name; the probe may say PING and nothing else; the gateway may not empty it.
    """
    server = stack.redis["redis"]
    password = stack.key("redis_url").partition("gateway:")[2].partition("@")[0]
    said = [server.ask(*words) for words in (("PING",), ("CONFIG", "GET", "maxmemory"))]
    probe, gateway = (["AUTH", "probe", "none"], ["AUTH", "gateway", password])

    assert [True, True] == [reply.startswith(b"-NOAUTH") for reply in said]
    assert [b"+OK", b"+PONG", b"-NOPERM"] == talk(server, probe, ["PING"], ["GET", "a"])
    assert [b"+OK", b"$-1", b"-NOPERM", b"-NOPERM"] == talk(
        server, gateway, ["GET", "a"], ["FLUSHALL"], ["CONFIG", "SET", "maxmemory", "1"]
    )


def talk(server: RedisServer, *commands: list[str]) -> list[bytes]:
    """Send commands on one connection; return the first word of each reply."""
    lines = "".join(" ".join(words) + "\r\n" for words in commands)
    replies = subprocess.run(
        ["python3", "-c", _TALK, str(server.port), lines], capture_output=True, timeout=30, check=True
    ).stdout
    return [line.split()[0] for line in replies.splitlines()]


_TALK = """
import socket, sys
line = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)
line.sendall(sys.argv[2].encode())
line.shutdown(socket.SHUT_WR)
while received := line.recv(65536):
    sys.stdout.buffer.write(received)
"""


def test_commands_inside_the_container_work(stack: OwnStack) -> None:
    """
    A key is made and a backup written by the program of the image, with the settings of the service.
    """
    backup = stack.image.inside("/var/lib/deepseek-gateway/backup")
    acts = (["policy", "check"], ["keys", "create", "--tenant", "demo"], ["state", "backup", backup])
    ran = [stack.run("gateway", "deepseek-gateway", *words) for words in acts]

    assert [0, 0, 0] == [one.returncode for one in ran], [one.stderr for one in ran]
    assert Path(backup).is_file()


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="Prometheus is not here")
def test_prometheus_scrapes_the_gateway(stack: OwnStack, tmp_path: Path) -> None:
    """
    With the command line and the configuration of the stack; only addresses are ours.
    """
    shutil.copytree(ROOT / "deploy/prometheus", tmp_path / "etc")
    config = tmp_path / "etc/prometheus.yml"
    own = config.read_text("utf-8").replace("gateway:8081", f"127.0.0.1:{stack.ports['admin']}")
    config.write_text(own.replace(": 15s", ": 1s").replace(": 10s", ": 1s"), "utf-8")
    port = stack.ports["prometheus"]
    places = {"/etc/prometheus": str(tmp_path / "etc"), "=/prometheus": f"={tmp_path / 'data'}"}
    words = list(stack.compose["services"]["prometheus"]["command"])
    for old, new in places.items():
        words = [word.replace(old, new) for word in words]
    with (tmp_path / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            ["prometheus", *words, f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log
        )
    try:
        deadline, found = time.monotonic() + _PATIENCE_SECONDS, ""
        while '"1"' not in found:
            assert process.poll() is None, (tmp_path / "prometheus.log").read_text()[-3000:]
            assert time.monotonic() < deadline, found
            time.sleep(0.3)
            try:
                asked = f"http://127.0.0.1:{port}/api/v1/query?query=up%7Bjob%3D%22deepseek-gateway%22%7D"
                found = ask(asked)[2].decode()
            except urllib.error.URLError:
                continue
        ready = ask(f"http://127.0.0.1:{port}/-/ready")[0]
    finally:
        process.terminate()
        process.wait(30)

    assert 200 == ready


def test_nothing_is_written_but_state_and_everything_ends_well(stack: OwnStack) -> None:
    """
    After all of the above there is nothing new but in the state folder; SIGTERM ends with 0.
    """
    codes = stack.stop()
    ours = {Path(f"{name}.log") for name in stack.started} | {Path(f"data-{name}") for name in stack.redis}
    state = Path(stack.image.inside("/var/lib/deepseek-gateway")).relative_to(stack.root)
    new = {path for path in files_in(stack.root) if path not in stack.before}

    assert {"simulator": 0, "gateway": 0} == codes
    assert {path for path in new if state in path.parents}
    assert set() == {path for path in new if not {state, *ours} & {path, *path.parents}}
