"""What the pages for callers tell them to write, run as it stands."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.fakes.processes import DEMO_KEY
from tests.sdk.client import DRIVERS

_DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "heading", "driver"),
    [
        ("clients.md", "OpenAI SDK", "openai-python-3"),
        ("responses.md", "Two lines", "openai-python-3"),
        ("completions.md", "Two lines", "openai-python-3"),
        pytest.param("clients.md", "OpenAI SDK", "openai-python-2", marks=pytest.mark.long),
        pytest.param("responses.md", "Two lines", "openai-python-2", marks=pytest.mark.long),
        pytest.param("completions.md", "Two lines", "openai-python-2", marks=pytest.mark.long),
        pytest.param("clients.md", "LangChain", "langchain-deepseek", marks=pytest.mark.long),
    ],
)
def test_the_lines_for_a_client_get_an_answer(gateway_url: str, page: str, heading: str, driver: str) -> None:
    """
    Nothing but the address differs from what stands there.
    """
    text = (_DOCS / page).read_text(encoding="utf-8")
    found = re.search(rf"^## {heading}\n\n```python\n(.*?)```", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    program = found.group(1).replace("http://127.0.0.1:8080", gateway_url)

    ran = subprocess.run(
        [DRIVERS[driver][0], "-c", program],
        env={"KEY": DEMO_KEY},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (0, "") == (ran.returncode, ran.stderr)
    assert "Hello" in ran.stdout
