"""What a newcomer is shown at the first start, pasted as it stands."""

import itertools
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.fakes.processes import a_gateway

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a gateway with no settings but a port and a state folder; gives what it wrote."""
    folder = tmp_path_factory.mktemp("newcomer")
    with a_gateway(folder, GATEWAY_DEMO_KEY="", GATEWAY_ACCESS_LOG="off"):
        yield _said(folder / "deepseek-gateway.log")


def test_the_printed_curl_gets_an_answer(shown: str) -> None:
    """
    The address, the header fields and the body of the printed command are a good request.
    """
    words = shlex.split(_block(shown, r"curl http.*?(?<!\\)\n"))
    fields = [word.split(": ", 1) for option, word in itertools.pairwise(words) if option == "-H"]

    answer = httpx2.post(
        words[1],
        headers=dict(fields),
        content=words[words.index("-d") + 1],
        trust_env=False,
    )

    assert (200, "simulator") == (answer.status_code, answer.headers["x-gateway-upstream"])
    assert "Hello" in answer.json()["choices"][0]["message"]["content"]


def test_the_printed_python_gets_an_answer(shown: str) -> None:
    """
    The printed lines run as they stand where the OpenAI SDK is installed.
    """
    program = _block(shown, r"import os\n.*?\n\n")

    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )

    assert (0, "") == (ran.returncode, ran.stderr)
    assert "Hello" in ran.stdout


def test_the_start_says_who_answers(shown: str) -> None:
    """
    Nobody takes the simulator for a model.
    """
    assert "built-in simulator" in shown


def test_a_second_start_does_not_show_the_key_again(tmp_path: Path) -> None:
    """
    The key is printed once, and only its hash is kept.
    """
    log = tmp_path / "deepseek-gateway.log"
    with a_gateway(tmp_path, GATEWAY_DEMO_KEY="", GATEWAY_ACCESS_LOG="off"):
        key = _block(_said(log), r"sk-dsg-\S+")
    kept = "".join(
        path.read_text(errors="replace") for path in (tmp_path / "state").iterdir() if path.is_file()
    )

    with a_gateway(tmp_path, GATEWAY_DEMO_KEY="", GATEWAY_ACCESS_LOG="off") as url:
        answer = httpx2.get(f"{url}/v1/models", headers={"x-api-key": key}, trust_env=False)

    assert key not in log.read_text()
    assert key not in kept
    assert 200 == answer.status_code


def _said(log: Path) -> str:
    """Return what a first start wrote, once it is there: the doors are open a moment before."""
    deadline = time.monotonic() + 10
    while "import os" not in (text := log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return text


def _block(text: str, pattern: str) -> str:
    found = re.search(pattern, text, re.DOTALL)
    assert found is not None, text
    return found.group()
