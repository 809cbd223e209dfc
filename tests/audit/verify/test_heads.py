"""Heads and checkpoints hold each other, and those kept elsewhere hold both."""

import json
from pathlib import Path

import pytest

from gateway.audit.verify.finding import Broken
from gateway.audit.verify.heads import SwornHeads, kept_checkpoints, read_oath
from gateway.audit.verify.signatures import KeyHistory, key_history
from gateway.audit.verify.walk import SwornHead
from tests.fakes.audit_logs import ORIGIN, WRITER, SmallLog, a_log


def _keys(log: SmallLog) -> KeyHistory:
    return key_history(log.layout.epochs.read_bytes().splitlines(), [log.pin], ORIGIN)


def _why(log: SmallLog, *kept: Path) -> str:
    with pytest.raises(Broken) as failure:
        read_oath(log.folder, _keys(log), kept_checkpoints(kept))
    return str(failure.value)


def _change(log: SmallLog, part: str, line: int, change: tuple[str, str]) -> None:
    path = log.folder / part / "00000000.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    lines[line] = lines[line].replace(*change, 1)
    path.write_text("".join(lines))


def test_every_writer_has_its_heads(tmp_path: Path) -> None:
    """
    In their order, with the numbers that messages name.
    """
    log = a_log(tmp_path / "log")

    oath = read_oath(log.folder, _keys(log))

    assert [0, 1, 2, 3] == [head.number for head in oath.heads[WRITER]]
    assert (4, 0) == (oath.checkpoints, oath.unsigned)


def test_a_changed_head_is_found_by_the_checkpoint_over_it(tmp_path: Path) -> None:
    """
    And the first checkpoint that does not hold is named.
    """
    log = a_log(tmp_path / "log")
    _change(log, "heads", 1, ('"records":', '"records":9'))
    _change(log, "heads", 1, ('"records":9', '"records":'))
    _change(log, "heads", 1, ("Z", "z"))

    assert "checkpoints/00000000.jsonl, line 2: the heads before 2 are not those" in _why(log)


def test_missing_heads_are_missed(tmp_path: Path) -> None:
    """
    A checkpoint swears to more than there are.
    """
    log = a_log(tmp_path / "log")
    path = log.folder / "heads/00000000.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))

    assert "heads 3 to 3 are missing" in _why(log)


def test_a_checkpoint_that_was_kept_finds_a_rollback(tmp_path: Path) -> None:
    """
    The log agrees with itself, and not with the one who kept the newer one.
    """
    log = a_log(tmp_path / "log")
    (tmp_path / "kept").write_text(log.notes[-1])
    for part in ("heads", "checkpoints"):
        path = log.folder / part / "00000000.jsonl"
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    log.layout.newest_checkpoint.write_text(log.notes[1])

    assert 2 == read_oath(log.folder, _keys(log)).checkpoints
    assert f"the checkpoint in {tmp_path}/kept swears to 4" in _why(log, tmp_path / "kept")


def test_kept_checkpoints_come_as_notes_lines_or_folders(tmp_path: Path) -> None:
    """
    As a person, Git or another mount may keep them.
    """
    log = a_log(tmp_path / "log")
    (tmp_path / "kept/more").mkdir(parents=True)
    (tmp_path / "kept/one").write_text(log.notes[0])
    (tmp_path / "kept/more/lines").write_text(
        "".join(json.dumps({"note": note}) + "\n" for note in log.notes)
    )

    kept = kept_checkpoints([tmp_path / "kept"])

    assert 5 == len(kept)
    assert 4 == read_oath(log.folder, _keys(log), kept).checkpoints


@pytest.mark.parametrize(
    ("newest", "why"),
    [
        (0, "it is older than the last ones in checkpoints/"),
        (None, "the file is missing"),
        ("hello", "it is not among those in checkpoints/"),
    ],
)
def test_the_newest_checkpoint_is_one_of_the_last_two(
    tmp_path: Path, newest: int | str | None, why: str
) -> None:
    """
    One behind is what a cut between two writes leaves; more is a rollback.
    """
    log = a_log(tmp_path / "log")
    log.layout.newest_checkpoint.write_text(log.notes[-2])
    assert 4 == read_oath(log.folder, _keys(log)).checkpoints

    if newest is None:
        log.layout.newest_checkpoint.unlink()
    else:
        log.layout.newest_checkpoint.write_text(log.notes[newest] if isinstance(newest, int) else newest)

    assert why in _why(log)


def test_checkpoints_only_grow(tmp_path: Path) -> None:
    """
    In size and in time.
    """
    log = a_log(tmp_path / "log")
    path = log.folder / "checkpoints/00000000.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[2], lines[1], lines[3]]))

    assert "checkpoints/00000000.jsonl, line 3: it swears to 2 heads, the one before to 3" in _why(log)


@pytest.mark.parametrize(
    ("part", "text", "what"),
    [
        ("heads", b"{}\n", "the line is no head"),
        ("heads", b"hello\n", "the line is no head"),
        ("checkpoints", b'{"note":1}\n', "the line is no checkpoint"),
        ("checkpoints", b"[]\n", "the line is no checkpoint"),
    ],
)
def test_a_line_that_is_neither_is_named(tmp_path: Path, part: str, text: bytes, what: str) -> None:
    """
    With its file and its number.
    """
    log = a_log(tmp_path / "log")
    path = log.folder / part / "00000000.jsonl"
    path.write_bytes(text + path.read_bytes())

    assert f"{part}/00000000.jsonl, line 1: {what}" == _why(log)


def test_a_writer_cannot_have_fewer_records_than_before(tmp_path: Path) -> None:
    """
    Heads only grow.
    """
    log = a_log(tmp_path / "log")
    _change(log, "heads", 3, ('"records":16', '"records":1'))

    assert "heads/00000000.jsonl, line 4: it swears to 1 records" in _why(log)


@pytest.mark.parametrize("records", ["-1", "9" * 30])
def test_a_head_over_no_possible_number_of_records_is_none(tmp_path: Path, records: str) -> None:
    """
    Whoever wrote it is told where, as of any other line that is no head.
    """
    log = a_log(tmp_path / "log")
    count = json.loads(log.heads[1])["records"]
    _change(log, "heads", 1, (f'"records":{count}', f'"records":{records}'))

    assert "heads/00000000.jsonl, line 2: the line is no head" in _why(log)


def test_heads_are_held_packed() -> None:
    """
    Eighty bytes each, and given as they were taken.
    """
    heads = SwornHeads()
    taken = [SwornHead(number, number * 7, bytes([number] * 32), b"0a" * 32) for number in range(3)]
    for head in taken:
        heads.append(head)

    assert taken == list(heads)
    assert (taken[-1], taken[1:]) == (heads[-1], heads[1:])
    assert 3 * 80 == len(heads._packed)


def test_an_older_checkpoint_in_the_place_of_the_newest_is_found(tmp_path: Path) -> None:
    """
    Only the end of the list is the newest one's place; one that is not listed is none of the log's.
    """
    log = a_log(tmp_path / "log")
    newest = log.layout.newest_checkpoint
    newest.write_text(log.notes[0])
    assert "it is older than the last ones" in _why(log)
    newest.write_text(log.notes[-2])
    read_oath(log.folder, _keys(log))
    newest.write_text("something else")

    assert "it is not among those in checkpoints/" in _why(log)
