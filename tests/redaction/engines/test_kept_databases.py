"""What took long to compile is there at the next start, or it is compiled again."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.redaction.engines.hyperscan_engine import HyperscanEngine
from gateway.redaction.engines.kept_databases import KEPT, MOST_FILES, KeptDatabases, key_of
from gateway.redaction.shapes import NUMBER, Anchors

_ANCHORS = Anchors(("key",), (NUMBER,))
_TEXT = "a Key and 123456"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    KEPT.folder = tmp_path / "compiled"
    return KEPT.folder


@pytest.fixture(autouse=True)
def _forget() -> object:
    before = KEPT.folder
    yield
    KEPT.folder = before


def seen(*, is_shipped: bool = True) -> object:
    """Return what an engine sees that begins now."""
    return HyperscanEngine(_ANCHORS, is_shipped=is_shipped).locate(_TEXT)


def test_what_is_kept_is_found_again_by_its_owner_alone(tmp_path: Path) -> None:
    """
    Nobody else can read or change it; what is not there is not found.
    """
    kept = KeptDatabases(tmp_path / "kept")

    kept.keep("one", b"database")

    assert (b"database", None) == (kept.find("one"), kept.find("other"))
    assert 0o600 == (tmp_path / "kept/one").stat().st_mode & 0o777
    assert 0o700 == (tmp_path / "kept").stat().st_mode & 0o777


@given(place=some.integers(0, 39), change=some.integers(1, 255))
def test_what_was_changed_or_cut_is_not_believed(
    tmp_path_factory: pytest.TempPathFactory, place: int, change: int
) -> None:
    """
    Wherever, and however little of it.
    """
    kept = KeptDatabases(tmp_path_factory.mktemp("kept"))
    kept.keep("one", b"database")
    path = Path(str(kept.folder)) / "one"
    whole = path.read_bytes()

    path.write_bytes(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :])
    changed = kept.find("one")
    path.write_bytes(whole[:place])

    assert (None, None) == (changed, kept.find("one"))


def test_where_nothing_can_be_kept_nothing_is(tmp_path: Path) -> None:
    """
    No folder, or one that is none: no error, and nothing left lying about.
    """
    (tmp_path / "file").write_bytes(b"")

    for kept in (KeptDatabases(), KeptDatabases(tmp_path / "file"), KeptDatabases(tmp_path / "no/such")):
        kept.keep("one", b"database")
        assert kept.find("one") is None
    assert ["file"] == [path.name for path in tmp_path.iterdir()]


def test_old_ones_make_room(tmp_path: Path) -> None:
    """
    Each version of the recognisers has one of its own.
    """
    kept = KeptDatabases(tmp_path)
    for number in range(MOST_FILES + 3):
        kept.keep(str(number), b"database")

    assert MOST_FILES == len(list(tmp_path.iterdir()))
    assert kept.find(str(MOST_FILES + 2)) is not None


def test_a_key_is_that_of_its_parts_in_their_order() -> None:
    """
    Not of what they come to together.
    """
    assert 4 == len({key_of([b"a", b"bc"]), key_of([b"ab", b"c"]), key_of([b"bc", b"a"]), key_of([b"abc"])})


def test_an_engine_from_the_disk_sees_what_the_compiled_one_saw(folder: Path) -> None:
    """
    It is the one that was kept: another one in its place is used as well.
    """
    compiled = seen()
    [path] = folder.iterdir()
    loaded = seen()
    HyperscanEngine(Anchors(("other",), (NUMBER,)), is_shipped=True)
    [other] = set(folder.iterdir()) - {path}
    path.write_bytes(other.read_bytes())

    assert compiled == loaded
    assert compiled != seen()


def test_what_is_no_database_is_compiled_anew(folder: Path) -> None:
    """
    Also where it is whole, as that of another processor would be.
    """
    compiled = seen()
    [path] = folder.iterdir()
    KEPT.keep(path.name, b"no database")

    assert compiled == seen()


def test_what_a_policy_adds_is_not_kept(folder: Path) -> None:
    """
    A tenant's own words stay in the policy.
    """
    assert seen() == seen(is_shipped=False)
    assert 1 == len(list(folder.iterdir()))
