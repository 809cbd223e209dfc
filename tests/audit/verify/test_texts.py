"""Kept texts are there and whole, or the log says why they are not."""

import json
from hashlib import sha256
from pathlib import Path

from gateway.audit.verify.texts import KeptTexts
from gateway.audit.verify.walk import KeptRecord


def _a_text(folder: Path, number: int) -> dict[str, str]:
    path = folder / "content" / "key1" / f"{number:032x}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"ciphertext %d" % number)
    digest = sha256(path.read_bytes()).hexdigest()
    return {"id": path.name, "kind": "request", "key_id": "key1", "sha256": digest}


def _taken(folder: Path, *texts: dict[str, str]) -> KeptTexts:
    kept = KeptTexts(folder)
    kept.take(json.dumps({"content": texts}).encode(), "a.jsonl", 3, 2)
    return kept


def _record(event: str, **facts: list[str]) -> KeptRecord:
    return KeptRecord("a.jsonl", 9, 8, event, json.dumps(facts).encode())


def test_a_whole_text_is_counted(tmp_path: Path) -> None:
    """
    Nothing is found, and it is known how many were looked at.
    """
    kept = _taken(tmp_path, _a_text(tmp_path, 1), _a_text(tmp_path, 2))

    kept.explain([])

    assert (2, 0, []) == (kept.checked, kept.gone, kept.findings)


def test_an_altered_text_is_found(tmp_path: Path) -> None:
    """
    With the record that names it.
    """
    text = _a_text(tmp_path, 1)
    (tmp_path / "content/key1" / text["id"]).write_bytes(b"another")

    kept = _taken(tmp_path, text)

    assert [f"a.jsonl, line 3, record 2: the text {text['id']} is not the one that was kept"] == [
        str(found) for found in kept.findings
    ]


def test_a_text_that_came_while_others_were_checked_is_there(tmp_path: Path) -> None:
    """
    A log that is being written keeps texts meanwhile, and none of them is missed.
    """
    kept = _taken(tmp_path, _a_text(tmp_path, 1))

    kept.take(json.dumps({"content": [_a_text(tmp_path, 2)]}).encode(), "a.jsonl", 4, 3)
    kept.explain([])

    assert (2, []) == (kept.checked, kept.findings)


def test_a_record_that_names_its_texts_wrongly_is_a_finding(tmp_path: Path) -> None:
    """
    Whoever altered it is told where, as of any other alteration.
    """
    kept = _taken(tmp_path, {"kind": "request"})

    assert ["a.jsonl, line 3, record 2: what it says of its texts cannot be read"] == [
        str(found) for found in kept.findings
    ]


def test_a_text_that_is_gone_needs_an_explanation(tmp_path: Path) -> None:
    """
    Expiry names its id, erasure its key; anything else is a finding.
    """
    texts = [_a_text(tmp_path, number) for number in (1, 2, 3)]
    texts[1]["key_id"] = "key2"
    for text in texts:
        (tmp_path / "content/key1" / text["id"]).unlink()
    kept = _taken(tmp_path, *texts)

    kept.explain([_record("content.expired", ids=[texts[0]["id"]]), _record("subject.erased", keys=["key2"])])

    assert 2 == kept.gone
    assert [f"the text {texts[2]['id']} is missing"] == [found.what for found in kept.findings]
