"""Facts that happen outside an exchange."""

from gateway.vocabulary.notice import Notice


def test_notices_do_not_share_their_facts() -> None:
    """
    Each one that was made without facts has its own empty ones.
    """
    assert Notice("a").facts is not Notice("b").facts
    assert {} == Notice("a").facts
