"""A copy holds everything, is whole or refused, and puts a store back as it was."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.foundation.state_backup import Kept, copy_state, put_back, read_copy
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import MemoryStateStore

_PLACES = st.tuples(st.sampled_from(["a", "b"]), st.text(min_size=1, max_size=5))


async def a_copy(folder: Path) -> Path:
    """A copy of a store with two entries."""
    store = MemoryStateStore()
    await store.write("a", "1", b"x")
    await store.write("b", "1", b"\x00\xff")
    await store.write("a", "gone", b"x")
    await store.write("a", "gone", None)
    path = folder / "copy"
    assert 2 == await copy_state(store, path, 1.0)
    return path


async def test_a_copy_is_its_owners_alone(tmp_path: Path) -> None:
    """
    And nothing else is left beside it.
    """
    path = await a_copy(tmp_path)

    assert 0o600 == path.stat().st_mode & 0o777
    assert {("a", "1", b"x"), ("b", "1", b"\x00\xff")} == {
        (one.kind, one.name, one.value) for one in read_copy(path)
    }


async def test_a_copy_never_takes_the_place_of_another(tmp_path: Path) -> None:
    """
    The old one may be the only good one.
    """
    path = await a_copy(tmp_path)

    with pytest.raises(UnusableState, match="is there already"):
        await copy_state(MemoryStateStore(), path, 1.0)

    assert 2 == len(read_copy(path))


async def test_a_copy_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """
    With the reason.
    """
    with pytest.raises(UnusableState, match="No such file or directory"):
        await copy_state(MemoryStateStore(), tmp_path / "none" / "copy", 1.0)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(place=st.integers(min_value=0), bit=st.integers(0, 7), cut=st.booleans())
async def test_a_copy_that_was_changed_or_cut_is_refused(
    tmp_path: Path, place: int, bit: int, *, cut: bool
) -> None:
    """
    Wherever it was.
    """
    path = tmp_path / "copy"
    path.unlink(missing_ok=True)
    whole = bytearray((await a_copy(tmp_path)).read_bytes())
    place %= len(whole) - 1
    if cut:
        del whole[place:]
    else:
        whole[place] ^= 1 << bit
    path.write_bytes(whole)

    with pytest.raises(UnusableState, match=r"copy (is no copy|was changed or cut)"):
        read_copy(path)


@settings(max_examples=60)
@given(
    before=st.dictionaries(_PLACES, st.binary(max_size=3)),
    now=st.dictionaries(_PLACES, st.binary(max_size=3)),
)
async def test_what_is_put_back_is_all_there_is(
    before: dict[tuple[str, str], bytes], now: dict[tuple[str, str], bytes]
) -> None:
    """
    Whatever the store holds meanwhile; a second time changes nothing.
    """
    store = MemoryStateStore()
    for (kind, name), value in now.items():
        await store.write(kind, name, value)
    kept = [Kept(kind, name, value) for (kind, name), value in before.items()]

    await put_back(store, kept)
    again = await put_back(store, kept)

    present = (await store.changes_since("")).entries
    assert before == {(one.kind, one.name): one.value for one in present}
    assert 0 == again
