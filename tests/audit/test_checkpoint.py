"""What a host signs."""

import base64

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.checkpoint import (
    BadNote,
    Checkpoint,
    Epoch,
    approve,
    is_approved,
    open_note,
    public_text,
    read_note,
    sign,
)

ORIGIN = "deepseek-gateway.web1.5f0c2a71"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
CHECKPOINT = Checkpoint(ORIGIN, 42, bytes(range(32)), "2026-11-27T06:14:10.000000Z", 1)


def an_epoch(
    key: Ed25519PrivateKey = KEY, number: int = 1, since: str = "2026-11-27T06:00:00.000000Z"
) -> Epoch:
    return Epoch(epoch=number, origin=ORIGIN, public=public_text(key), since=since)


def test_a_signed_checkpoint_is_read_back() -> None:
    """
    Size, root, time and epoch, once the signature is checked.
    """
    assert CHECKPOINT == open_note(sign(CHECKPOINT, KEY), an_epoch())


def test_a_note_has_the_lines_that_others_expect() -> None:
    """
    Origin, size and root first, as C2SP tlog-checkpoint writes them.
    """
    lines = sign(CHECKPOINT, KEY).split("\n")

    assert [ORIGIN, "42", base64.b64encode(bytes(range(32))).decode()] == lines[:3]
    assert lines[6].startswith(f"— {ORIGIN} ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n42\n", "\n43\n"),
        ("epoch 1", "epoch 2"),
        ("06:14:10", "06:14:11"),
        (ORIGIN, "deepseek-gateway.web2.5f0c2a71"),
        ("— ", "- "),
        ("\n42\n", "\n042\n"),
        ("\n\n", "\nmore\n\n"),
    ],
)
def test_a_changed_note_is_not_opened(old: str, new: str) -> None:
    """
    Whatever is changed, the signature or the form does not fit any more.
    """
    note = sign(CHECKPOINT, KEY)

    assert old in note
    with pytest.raises(BadNote):
        open_note(note.replace(old, new), an_epoch())


def test_another_key_does_not_open_a_note() -> None:
    """
    Also not one that calls itself by the same name.
    """
    with pytest.raises(BadNote, match="not signed by the key of epoch 1"):
        open_note(sign(CHECKPOINT, OTHER_KEY), an_epoch())


def test_a_text_that_is_no_note_is_refused() -> None:
    """
    With a reason, not with a fault.
    """
    with pytest.raises(BadNote, match="is no checkpoint"):
        read_note("hello")


def test_a_key_vouches_for_the_next() -> None:
    """
    And only the one before, for these very facts, forward in time.
    """
    first = an_epoch()
    second = approve(an_epoch(OTHER_KEY, 2, "2026-12-01T00:00:00.000000Z"), KEY)

    assert is_approved(second, first)
    assert not is_approved(an_epoch(OTHER_KEY, 2), first)
    assert not is_approved(msgspec.structs.replace(second, since="2026-12-02T00:00:00.000000Z"), first)
    assert not is_approved(approve(an_epoch(OTHER_KEY, 2), OTHER_KEY), first)
    assert not is_approved(approve(an_epoch(OTHER_KEY, 2, "2026-01-01T00:00:00.000000Z"), KEY), first)
    assert not is_approved(approve(an_epoch(OTHER_KEY, 3), KEY), first)
