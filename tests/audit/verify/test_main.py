"""The verifier's command line: what it says and how it ends."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.checkpoint import Checkpoint, sign
from gateway.audit.review.proof import prove
from gateway.audit.verify.main import checked, main, read_pins
from tests.fakes.audit_logs import WRITER, SmallLog, a_log


def _tampered(folder: Path) -> SmallLog:
    log = a_log(folder)
    path = log.layout.segment(WRITER, 0)
    path.write_bytes(path.read_bytes().replace(b"req_1", b"req_9", 1))
    return log


def test_a_good_log_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    And says how much was checked, until when, and under which key.
    """
    log = a_log(tmp_path / "log")

    code = main([str(log.folder), "--pin", log.pin])

    first, second, *_ = capsys.readouterr().out.splitlines()
    assert (0, f"first key: {log.pin}") == (code, second)
    assert first.startswith("GOOD: 16 records of 1 writers, 4 checkpoints, sworn to until 2026-11-27T")


def test_a_bad_log_ends_with_1_and_the_first_bad_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    File, line, record, and what is wrong with it.
    """
    log = _tampered(tmp_path / "log")

    code = main([str(log.folder)])

    place = f"writers/{WRITER}/000000.jsonl, line 4, record 3: the record was changed"
    lines = capsys.readouterr().out.splitlines()
    assert 1 == code
    assert lines[0].startswith(place)
    assert lines[1].startswith(f"BAD: 1 findings; the first bad place is {place}")


def test_findings_can_be_read_by_a_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    One JSON object, for a good log and for a bad one.
    """
    log = _tampered(tmp_path / "log")

    code = main([str(log.folder), "--json"])

    said = json.loads(capsys.readouterr().out)
    assert (1, False, 4, 3) == (code, said["good"], said["findings"][0]["line"], said["findings"][0]["seq"])


@pytest.mark.parametrize(
    "words",
    [
        ["nowhere"],
        ["{log}", "--anchor", "nowhere"],
        ["{log}", "--anchor", "{log}/empty"],
        ["{log}", "--pin", "nowhere"],
        ["{log}", "--pin", "{log}/nothing"],
        ["{log}", "--pin", "{log}/half"],
        ["{log}", "--pin", "{log}/noise"],
    ],
)
def test_what_cannot_be_checked_ends_with_2(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """
    A mistyped path is not a tampered log; without a key or a checkpoint that was to be held against it, as
    when a mount is missing, it would be a weaker check than was asked for.
    """
    log = a_log(tmp_path / "log").folder
    (log / "empty").mkdir()
    (log / "nothing").touch()
    (log / "half").write_text('{"public": 3')
    (log / "noise").write_bytes(b"\xff\x00\x80")

    code = main([word.format(log=tmp_path / "log") for word in words])

    assert 2 == code
    assert "nothing was checked" in capsys.readouterr().err


def test_a_proof_is_checked_like_a_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    A file is a proof; what it proves is printed.
    """
    log = a_log(tmp_path / "log")
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(prove(log.folder, "req_2")))
    anchor = tmp_path / "kept"
    anchor.write_text(log.notes[-1])

    good = main([str(path), "--pin", log.pin, "--anchor", str(anchor)])
    printed = capsys.readouterr().out.splitlines()
    as_json = main([str(path), "--json"])
    said = json.loads(capsys.readouterr().out)
    path.write_text(path.read_text().replace("acme", "bolt"))
    bad = main([str(path)])

    assert (0, 0, 1) == (good, as_json, bad)
    assert '"event":"request.admitted"' in printed[0]
    assert printed[2].startswith("GOOD: the log deepseek-gateway.web1.5f0c2a71 swore to these records by")
    assert ["request.admitted", "request.completed"] == [record["event"] for record in said["records"]]
    assert capsys.readouterr().out.startswith("BAD: records[0].line: the head does not cover")


def test_a_bad_proof_says_so_as_json_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    For a program that asks.
    """
    (tmp_path / "proof").write_text("{}")

    code = main([str(tmp_path / "proof"), "--json"])

    assert (1, {"good": False, "findings": ["bundle: this is no proof"]}) == (
        code, json.loads(capsys.readouterr().out),
    )  # fmt: skip


def test_a_pin_is_a_key_or_a_file_of_keys(tmp_path: Path) -> None:
    """
    One on each line, or a kept copy of epochs.jsonl.
    """
    log = a_log(tmp_path / "log")
    first, second = (base64.b64encode(bytes([number] * 32)).decode() for number in (1, 2))
    (tmp_path / "keys").write_text(f"{first}\n{second}\n")

    assert [first] == read_pins(first)
    assert [first, second] == read_pins(str(tmp_path / "keys"))
    assert [log.pin] == read_pins(str(log.layout.epochs))


def test_several_logs_may_be_kept_in_one_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Each is held against its own checkpoints, and so is a proof; where all are another's, nothing is good.
    """
    log = a_log(tmp_path / "log")
    (kept := tmp_path / "kept").mkdir()
    other = sign(
        Checkpoint("deepseek-gateway.web2.0", 1, bytes(32), "2026-11-27T06:14:10.000000Z", 1), log.keys[0]
    )
    (kept / "other").write_text(other)
    (kept / ".2.checkpoint.77.draft").write_text("deepseek-ga")
    (proof := tmp_path / "proof").write_text(json.dumps(prove(log.folder, "req_1")))
    foreign = main([str(log.folder), "--anchor", str(kept)])
    (kept / "own").write_text(log.notes[-1])

    codes = [main([str(path), "--anchor", str(kept)]) for path in (log.folder, proof)]

    said = capsys.readouterr().out
    assert (1, [0, 0]) == (foreign, codes)
    assert "it belongs to another log" in said
    assert "no checkpoint kept elsewhere was given" not in said.rpartition("GOOD: 16 records")[2]


_ODD = st.sampled_from(
    [
        None,
        True,
        -1,
        1.5,
        10**30,
        "",
        "2026-13-45T99:99:99.000000Z",
        [],
        {},
        [1],
        {"a": 1},
        "9" * 5_000,
        "\ud800",
    ]
)


def _altered(said: Any, data: st.DataObject) -> Any:
    """Return a value of JSON with something odd somewhere in it."""
    if not isinstance(said, dict | list) or not said:
        return data.draw(_ODD)
    place: Any = data.draw(st.sampled_from(sorted(said) if isinstance(said, dict) else range(len(said))))
    if data.draw(st.booleans()):
        said[place] = _altered(said[place], data)
    elif isinstance(said, dict):
        del said[place]
    else:
        said[place] = data.draw(_ODD)
    return said


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_whatever_is_in_a_file_the_answer_is_one_of_three(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """
    Good, bad or not checked, for a log or a proof with an odd value in it, and never a traceback.
    """
    log = a_log(tmp_path_factory.mktemp("odd") / "log")
    log.new_key()
    (proof := log.folder / "proof").write_text(json.dumps(prove(log.folder, "req_1")))
    files = [path for path in sorted(log.folder.rglob("*")) if path.is_file() and "{" in path.read_text()]
    path = data.draw(st.sampled_from(files))
    lines = path.read_text().splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place] = json.dumps(_altered(json.loads(lines[place]), data), separators=(",", ":"))
    path.write_text("".join(f"{line}\n" for line in lines))

    answer = checked(proof if path == proof else log.folder, [], [], as_json=False)

    assert answer.status in (0, 1, 2)
