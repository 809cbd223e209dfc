"""Keys that are known by how they begin."""

import pytest

from gateway.redaction.recognisers.api_key import RECOGNISER
from tests.fakes.looking import found_by

_DEEPSEEK = "sk-0123456789abcdef0123456789abcdef"
EXAMPLES = [
    (f"密钥{_DEEPSEEK}，请勿外传", _DEEPSEEK, _DEEPSEEK),
    ("key: sk-dsg-Ab3dEf6hIj9kLm2n", "sk-dsg-Ab3dEf6hIj9kLm2n", "sk-dsg-Ab3dEf6hIj9kLm2n"),
    ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("token=ghp_" + "a1B2" * 9, "ghp_" + "a1B2" * 9, "ghp_" + "a1B2" * 9),
    ("LTAI5tAbCdEfGhIjKlMnOpQr", "LTAI5tAbCdEfGhIjKlMnOpQr", "LTAI5tAbCdEfGhIjKlMnOpQr"),
]
NEAR_MISSES = [
    "sk-learn",
    "task-0123456789abcdef0123456789abcdef",
    "sk-something-that-is-prose-only",
    "AKIA short",
    "npm_config_registry",
]


@pytest.mark.parametrize("begin", [anchor for anchor in RECOGNISER.anchors if isinstance(anchor, str)])
def test_a_beginning_alone_is_no_key(begin: str) -> None:
    """
    Speaking about a prefix gives nothing away.
    """
    assert [] == found_by("api_key", f"keys that begin with {begin} are secret")
