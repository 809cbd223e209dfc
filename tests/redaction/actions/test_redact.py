"""The kind in the place of a value."""

from gateway.redaction.actions.redact import REDACT
from gateway.redaction.finding import Finding
from gateway.redaction.rewriting import ScopedMint


def test_only_the_kind_is_told() -> None:
    """
    Nothing comes back.
    """
    assert REDACT.rewrite is not None
    said = REDACT.rewrite("13812345678", Finding(0, 11, "PHONE", b"m" * 16), ScopedMint(b"k"), 0)

    assert ("[PHONE]", False) == (said, REDACT.restores)
