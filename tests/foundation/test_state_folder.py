"""What has to last on one machine is kept whole, private, and never overwritten by mistake."""

import resource
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.foundation.state_folder import StateFolder, UnusableState, write_whole


def test_what_was_never_written_is_not_there(tmp_path: Path) -> None:
    """
    None is no error: the first start finds nothing.
    """
    assert StateFolder(tmp_path).read("key.json") is None


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.dictionaries(st.text(), st.text()))
def test_any_text_comes_back_as_it_was(tmp_path: Path, content: dict[str, str]) -> None:
    """
    Also after a restart, with any characters.
    """
    StateFolder(tmp_path).write("key.json", content)

    assert content == StateFolder(tmp_path).read("key.json")


def test_a_second_writing_replaces_the_first(tmp_path: Path) -> None:
    """
    Nothing of the old content and no draft is left.
    """
    folder = StateFolder(tmp_path)
    folder.write("key.json", {"a": "1" * 1000})

    folder.write("key.json", {"b": "2"})

    assert {"b": "2"} == folder.read("key.json")
    assert ["key.json"] == [path.name for path in tmp_path.iterdir()]


def test_folder_and_files_are_their_owners_alone(tmp_path: Path) -> None:
    """
    Neither group nor others may look.
    """
    folder = StateFolder(tmp_path / "deep" / "state")

    folder.write("key.json", {"a": "1"})

    assert 0o700 == folder.path.stat().st_mode & 0o777
    assert 0o600 == (folder.path / "key.json").stat().st_mode & 0o777


@pytest.mark.parametrize(
    "damaged", [b"", b"{", b"[]", b'"text"', b"null", b'{"a": 1}', b"\xff\xfe", b'{"a": "1"} x']
)
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, damaged: bytes) -> None:
    """
    It may be the only copy of a key: the operator decides, never we.
    """
    (tmp_path / "key.json").write_bytes(damaged)

    with pytest.raises(UnusableState, match=r"key\.json .*Restore it from a backup, or delete it"):
        StateFolder(tmp_path).read("key.json")

    assert damaged == (tmp_path / "key.json").read_bytes()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """
    With the variable that says where it should be.
    """
    (tmp_path / "file").touch()

    with pytest.raises(UnusableState, match="GATEWAY_STATE_DIR"):
        StateFolder(tmp_path / "file")


def test_a_failed_writing_keeps_the_old_content(tmp_path: Path) -> None:
    """
    A full or broken disk costs the new content, not the old.
    """
    folder = StateFolder(tmp_path)
    folder.write("key.json", {"a": "1"})
    largest, ceiling = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, ceiling))

    try:
        with pytest.raises(UnusableState, match=r"key\.json cannot be written"):
            folder.write("key.json", {"b": "2" * 100})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, ceiling))

    assert {"a": "1"} == folder.read("key.json")
    assert ["key.json"] == [path.name for path in tmp_path.iterdir()]


def test_of_those_who_write_first_one_does(tmp_path: Path) -> None:
    """
    What the first one wrote stays, and the second is told.
    """
    write_whole(tmp_path / "key", "first", is_first=True)

    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "key", "second", is_first=True)

    assert "first" == (tmp_path / "key").read_text(encoding="utf-8")
    assert ["key"] == [path.name for path in tmp_path.iterdir()]


def test_an_unreadable_path_is_an_error_and_not_nothing(tmp_path: Path) -> None:
    """
    A folder in the place of a file does not lead to a new key.
    """
    (tmp_path / "key.json").mkdir()

    with pytest.raises(UnusableState):
        StateFolder(tmp_path).read("key.json")


def test_a_folder_that_is_gone_is_told_like_any_other_failure(tmp_path: Path) -> None:
    """
    There is no draft to be removed then, and that is not what went wrong.
    """
    (tmp_path / "file").touch()

    with pytest.raises(UnusableState, match=r"key cannot be written \(Not a directory\)"):
        write_whole(tmp_path / "file" / "key", "text")


def test_what_is_done_alone_is_done_by_one(tmp_path: Path) -> None:
    """
    The next one may when it is over, however it ended, and no file is left.
    """
    folder, other = StateFolder(tmp_path), StateFolder(tmp_path)

    refused = pytest.raises(UnusableState, match="no changing of keys")
    with folder.alone("moving"), refused, other.alone("changing of keys"):
        raise AssertionError("two at once")
    with other.alone("changing of keys"):
        left = list(tmp_path.iterdir())

    assert [] == left
