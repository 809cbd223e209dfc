"""What is sealed is read by its own key under its own label, and by nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.foundation.master_key import CannotOpen
from gateway.foundation.sealer import Sealer

_SEALER = Sealer(bytes(32))


@given(st.binary(max_size=100), st.text(st.characters(codec="utf-8"), max_size=20))
def test_what_was_sealed_comes_back(plain: bytes, label: str) -> None:
    """
    Never in the same bytes twice, and never in clear.
    """
    one, two = _SEALER.seal(plain, label), _SEALER.seal(plain, label)

    assert [plain, plain] == [_SEALER.open(sealed, label) for sealed in (one, two)]
    assert one != two
    assert len(plain) < 4 or plain not in one


def test_what_was_changed_is_not_opened() -> None:
    """
    Cut, emptied or lengthened.
    """
    sealed = _SEALER.seal(b"plain", "label")

    for spoilt in (sealed[:-1], b"", sealed[:12], sealed + b"x", bytes([sealed[0] ^ 1]) + sealed[1:]):
        with pytest.raises(CannotOpen):
            _SEALER.open(spoilt, "label")


def test_another_key_or_label_opens_nothing() -> None:
    """
    An entry that was moved is as good as damaged.
    """
    sealed = _SEALER.seal(b"plain", "label")

    with pytest.raises(CannotOpen):
        _SEALER.open(sealed, "other")
    with pytest.raises(CannotOpen):
        Sealer(bytes(31) + b"\1").open(sealed, "label")
