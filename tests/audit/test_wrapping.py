"""Small keys, wrapped by a tenant's own."""

from gateway.audit.wrapping import open_wrapped, unwrap, wrap
from gateway.foundation.state_store import Entry, MemoryStateStore
from tests.fakes.audit_side import some_keys

KEY = bytes(32)


def test_only_the_same_key_and_label_open() -> None:
    """
    Anything else gives nothing.
    """
    wrapped = wrap(KEY, b"plain", "label")

    assert b"plain" == unwrap(KEY, wrapped, "label")
    assert unwrap(bytes([1]) * 32, wrapped, "label") is None
    assert unwrap(KEY, wrapped, "other") is None
    assert unwrap(KEY, b"", "label") is None


async def test_without_the_tenants_key_nothing_is_opened() -> None:
    """
    A tenant that is not there any more has none.
    """
    keys = some_keys(MemoryStateStore())

    assert open_wrapped(keys, "acme", "purpose", Entry("kind", "name", b"x" * 40, 1)) is None
