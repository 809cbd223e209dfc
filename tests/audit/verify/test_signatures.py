"""A checkpoint counts only if the key of its own time signed it."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.checkpoint import Checkpoint, sign
from gateway.audit.verify.finding import Broken
from gateway.audit.verify.signatures import BadCheckpoint, KeyHistory, exact_base64, key_history, opened_at
from tests.house.tree import ROOT

_VECTORS: dict[str, Any] = json.loads((ROOT / "docs/audit-vectors.json").read_text(encoding="utf-8"))
_LINES = [json.dumps(epoch).encode() for epoch in _VECTORS["epochs"]]
_NOTE: str = _VECTORS["note"]
_KEYS = [Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)) for seed in _VECTORS["seeds"]]
_ORIGIN: str = _VECTORS["epochs"][0]["origin"]
_EARLY, _LATE = "2026-11-27T07:00:00.000000Z", "2026-12-02T07:00:00.000000Z"


def _history(*pins: str) -> KeyHistory:
    return key_history(_LINES, pins, _ORIGIN)


def _signed(time: str, epoch: int, by: int, origin: str = _ORIGIN) -> str:
    return sign(Checkpoint(origin, 2, bytes(32), time, epoch), _KEYS[by])


def test_the_published_checkpoint_is_good() -> None:
    """
    The vectors of the specification verify.
    """
    point = _history(_VECTORS["epochs"][0]["public"]).open(_NOTE)

    assert (_ORIGIN, 2, 1) == (point.origin, point.size, point.epoch)


@pytest.mark.parametrize(
    ("time", "epoch", "by", "why"),
    [
        (_EARLY, 2, 1, "did not sign yet"),
        (_LATE, 1, 0, "signed no more"),
        (_EARLY, 1, 1, "the key of epoch 1 did not sign it"),
        (_LATE, 2, 0, "the key of epoch 2 did not sign it"),
        (_EARLY, 3, 1, "no key of epoch 3"),
    ],
)
def test_a_key_signs_in_its_own_epoch_alone(time: str, epoch: int, by: int, why: str) -> None:
    """
    A newer key cannot sign a new past, and an older one no future.
    """
    with pytest.raises(BadCheckpoint, match=why):
        _history().open(_signed(time, epoch, by))


def test_both_epochs_sign_in_their_time() -> None:
    """
    What is right is accepted.
    """
    assert [1, 2] == [
        _history().open(_signed(time, epoch, epoch - 1)).epoch for time, epoch in ((_EARLY, 1), (_LATE, 2))
    ]


def test_a_checkpoint_of_another_log_is_refused() -> None:
    """
    The origin says whose it is.
    """
    with pytest.raises(BadCheckpoint, match="belongs to the log"):
        _history().open(_signed(_EARLY, 1, 0, origin="deepseek-gateway.web2.00000000"))


@pytest.mark.parametrize("place", range(0, len(_NOTE), 7))
def test_no_character_of_a_checkpoint_may_change(place: int) -> None:
    """
    Wherever one is changed, the checkpoint is refused.
    """
    changed = _NOTE[:place] + ("A" if _NOTE[place] != "A" else "B") + _NOTE[place + 1 :]

    with pytest.raises(BadCheckpoint):
        _history().open(changed)


def test_base64_has_one_spelling() -> None:
    """
    Another text for the same bytes is refused, so that nothing can change unseen.
    """
    assert b"\x00" == exact_base64("AA==")
    for text in ("AB==", "AA", "A A==", "é"):
        with pytest.raises(ValueError, match="base64"):
            exact_base64(text)


def test_a_pinned_key_must_be_the_first_one() -> None:
    """
    A key that nobody knows cannot put itself before the known one.
    """
    second = _VECTORS["epochs"][1]["public"]

    with pytest.raises(Broken, match="none of the pinned ones"):
        _history(second)
    with pytest.raises(Broken, match="is not among the keys"):
        _history(_VECTORS["epochs"][0]["public"], "AAAA")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"approval": None}, "does not vouch"),
        ({"approval": _VECTORS["epochs"][1]["approval"][::-1]}, "lists no key"),
        ({"public": _VECTORS["epochs"][0]["public"]}, "does not vouch"),
        ({"since": "2026-12-02T00:00:00.000000Z"}, "does not vouch"),
        ({"since": "2026-11-01T00:00:00.000000Z"}, "does not continue"),
        ({"since": "tomorrow"}, "lists no key"),
        ({"epoch": 3}, "epoch 3 stands where 2 should"),
        ({"origin": "another"}, "does not continue"),
    ],
)
def test_a_key_that_the_one_before_did_not_approve_is_refused(change: dict[str, Any], why: str) -> None:
    """
    With the place named.
    """
    second = json.dumps(_VECTORS["epochs"][1] | change).encode()

    with pytest.raises(Broken, match=f"epochs.jsonl, line 2: .*{why}"):
        key_history([_LINES[0], second], ())


def test_a_log_without_keys_or_of_another_name_is_refused() -> None:
    """
    There is nothing to check with.
    """
    with pytest.raises(Broken, match="no key is listed"):
        key_history([], ())
    with pytest.raises(Broken, match="it names the log other"):
        key_history(_LINES, (), "other")


def test_a_bad_checkpoint_is_named_with_its_place() -> None:
    """
    As the checks of a folder report it.
    """
    with pytest.raises(Broken, match="mail, line 4: the checkpoint is not good: it is not written"):
        opened_at("hello", _history(), "mail", 4)
