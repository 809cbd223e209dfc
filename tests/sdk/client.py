"""An official client of some language and version, driven from here."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.processes import DEMO_KEY

_HERE = Path(__file__).resolve().parent
_OLDER = _HERE.parents[1] / ".venv-sdk2/bin/python"

DRIVERS: dict[str, Sequence[str | Path]] = {
    "openai-python-3": [sys.executable, _HERE / "drivers/openai_client.py"],
    "openai-python-2": [_OLDER, _HERE / "drivers/openai_client.py"],
    "openai-node-6": ["node", _HERE / "node/driver.js"],
    "langchain-deepseek": [_OLDER, _HERE / "drivers/langchain_client.py"],
    **{
        name: ["node", _HERE / "node/agents.js", name]
        for name in ("ai-sdk-deepseek", "ai-sdk-compatible", "langchain-js")
    },
}


@dataclass(frozen=True, slots=True)
class Client:
    """
    One running driver.

    It takes an order a line and says what came of it; the order's fields are
    those of drivers/openai_client.py.
    """

    name: str
    base_url: str
    process: "subprocess.Popen[str]"

    @property
    def shows_wire_fields(self) -> bool:
        """Whether it hands on what it received; LangChain translates it into its own words."""
        return self.name != "langchain-deepseek"

    def do(self, act: str, text: str = "Hello!", **rest: Any) -> dict[str, Any]:
        """Carry out one act with this user's text and return its facts."""
        order = {
            "do": act,
            "base_url": self.base_url,
            "api_key": DEMO_KEY,
            "model": "deepseek-chat",
            "messages": [{"role": "user", "content": text}],
            "options": {},
            "retries": 0,
            "timeout": 30,
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order | rest) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"{self.name} ended with {self.process.wait()}; its words are above")
        facts: dict[str, Any] = json.loads(line)
        return facts


@contextmanager
def driven(name: str, base_url: str) -> Iterator[Client]:
    """Run a driver until the block ends; how to install what it needs is `make test-sdk`."""
    try:
        process = subprocess.Popen(DRIVERS[name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    except FileNotFoundError as error:
        raise AssertionError(
            f"{name} is not installed here ({error.filename}); run `make test-sdk`"
        ) from error
    with process:
        yield Client(name, base_url, process)
        assert process.stdin is not None
        process.stdin.close()
