"""A credential in a file is its whole text, and has to be one."""

from pathlib import Path

import pytest

from gateway.foundation.secret import Secret
from gateway.upstreams.credential_source import FileSource
from gateway.upstreams.credentials.obtaining import NotObtained, checked, from_file


async def test_a_file_is_read_as_it_is_now(tmp_path: Path) -> None:
    """
    White space at its ends is nobody's secret.
    """
    path = tmp_path / "key"
    path.write_text("sk-one\n")
    first = await from_file(FileSource(str(path)))
    path.write_text("  sk-two  ")
    second = await from_file(FileSource(str(path)))

    assert [Secret("sk-one"), Secret("sk-two")] == [first.secret, second.secret]
    assert first.fresh_seconds < 10
    assert first.good_seconds == float("inf")


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines", b"a b", b"\xff", b"sk-\xc3\xa9", b"a\x00b"])
async def test_a_file_without_a_credential_is_told_by_its_name(tmp_path: Path, content: bytes) -> None:
    """
    Never by what is in it.
    """
    path = tmp_path / "key"
    path.write_bytes(content)

    with pytest.raises(NotObtained) as refused:
        await from_file(FileSource(str(path)))

    assert str(path) in str(refused.value)
    assert "lines" not in str(refused.value)


async def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """
    Or is a folder.
    """
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(NotObtained):
            await from_file(FileSource(str(path)))


def test_a_credential_is_one_word() -> None:
    """
    That a header can carry.
    """
    assert Secret("sk-1") == checked(" sk-1\r\n", "here")
