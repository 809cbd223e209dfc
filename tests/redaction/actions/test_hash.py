"""A digest in the place of a value."""

from gateway.redaction.actions.hash import HASH
from gateway.redaction.finding import Finding
from gateway.redaction.rewriting import ScopedMint


def test_equal_values_have_equal_digests_under_one_key() -> None:
    """
    Whatever their writing; another key has others.
    """
    assert HASH.rewrite is not None
    one, same = Finding(0, 1, "PHONE", b"m" * 16), Finding(5, 9, "PHONE", b"m" * 16, "spaced")
    said = [HASH.rewrite("x", one, ScopedMint(b"k"), 0), HASH.rewrite("y", same, ScopedMint(b"k"), 0)]

    assert said[0] == said[1] != HASH.rewrite("x", one, ScopedMint(b"other"), 0)
    assert (22, "PHONE-", False) == (len(said[0]), said[0][:6], HASH.restores)
