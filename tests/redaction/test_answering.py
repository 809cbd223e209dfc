"""Which answers are touched at all."""

from typing import Any

import orjson
import pytest

from gateway.redaction.answering import Answering
from gateway.redaction.placeholders import mark_of
from gateway.redaction.vault import Vault
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.sse import data_of
from tests.fakes.sealing import EMAIL, MOBILE, a_profile

KEY = b"k" * 32


def answering(vault: Vault, *known: tuple[str, str], **fields: Any) -> Answering:
    marks = frozenset(mark_of(KEY, entity, value) for entity, value in known)
    return Answering(a_profile(**fields), vault, KEY, marks)


def test_where_nothing_was_hidden_there_is_no_stage() -> None:
    """
    An answer to a harmless question passes untouched.
    """
    assert answering(Vault()).stage() is None


def test_a_vault_wants_a_stage() -> None:
    """
    Something may come back.
    """
    vault = Vault()
    vault.keep("PHONE_22223333", MOBILE)

    assert answering(vault).stage() is not None


def test_an_answer_that_is_looked_through_wants_one_too() -> None:
    """
    What stood in the request passes, what is new does not.
    """
    stage = answering(Vault(), ("EMAIL", EMAIL), answers="mask").stage()
    assert stage is not None

    (frame,) = stage.feed(
        Frame(
            FrameKind.WHOLE,
            b'{"choices":[{"message":{"content":"%b or %b"}}]}' % (EMAIL.encode(), b"li@corp.cn"),
        )
    )

    assert EMAIL.encode() in frame.raw
    assert b"li@corp.cn" not in frame.raw


def test_what_was_done_to_an_answer_is_added_to_the_facts() -> None:
    """
    What came back, what stood for nothing, and what was new; never a value.
    """
    vault = Vault()
    vault.keep("PHONE_22223333", MOBILE)
    ours = answering(vault, answers="mask")
    stage = ours.stage()
    assert stage is not None
    before = Protection("mine", Clearance.EXTERNAL)
    assert before is ours.account(before)

    said = b"PHONE_22223333 PHONE_44445555 li@corp.cn"
    stage.feed(Frame(FrameKind.WHOLE, b'{"choices":[{"message":{"content":"%b"}}]}' % said))

    after = ours.account(before)
    assert (1, 1, (("EMAIL", "mask", 1),)) == (after.restored, after.unknown, after.answer_counts)


TEXT = 'a\n\\b "q" 说\t"}' * 12


def a_delta(text: str) -> Frame:
    """A chunk that says this, as a server writes it."""
    chunk = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
    return Frame(FrameKind.DELTA, b"data: " + orjson.dumps(chunk) + b"\n\n")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 1000])
@pytest.mark.parametrize("answers", ["mask", "block", "allow"])
def test_what_a_screen_keeps_is_written_as_it_was_read(size: int, answers: str) -> None:
    """
    Quotes, backslashes and line breaks, after events that looked all the same.
    """
    vault = Vault()
    vault.keep("PHONE_22223333", MOBILE)
    for start in range(20):
        stage = answering(vault, answers=answers).stage()
        assert stage is not None
        text = TEXT[start:]

        frames = list(stage.feed(a_delta("")))
        for at in range(0, len(text), size):
            frames += stage.feed(a_delta(text[at : at + size]))
        frames += stage.finish()

        chunks = [orjson.loads(data_of(frame.raw)) for frame in frames]
        assert text == "".join(chunk["choices"][0]["delta"]["content"] for chunk in chunks)
        assert all(1 == len(chunk["choices"]) for chunk in chunks)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"\\ud83d X li@corp.cn", "\ufffd X **@****.**"),
        (b"\\\\ud83d \\ud83d\\ude00 \\ude00 X li@corp.cn", "\\ud83d 😀 \ufffd X **@****.**"),
        (b"\xe5\xbc X li@corp.cn", "\ufffd X **@****.**"),
        (b"\t X li@corp.cn", "\t X **@****.**"),
        (b'X li@corp.cn","n":NaN,"x":"', "X **@****.**"),
    ],
)
@pytest.mark.parametrize("kind", [FrameKind.DELTA, FrameKind.WHOLE])
def test_nothing_passes_unread_beside_what_only_lenient_readers_take(
    written: bytes, read: str, kind: FrameKind
) -> None:
    """
    Halves of characters, bytes that are no text, control characters, numbers that are none.
    """
    stage = answering(Vault(), answers="mask").stage()
    assert stage is not None
    held, shown = (b"delta", b"data: %b\n\n") if kind is FrameKind.DELTA else (b"message", b"%b")
    raw = shown % (b'{"choices":[{"index":0,"%b":{"content":"%b"}}]}' % (held, written))

    frames = [*stage.feed(Frame(kind, raw)), *stage.finish()]

    assert b"li@corp.cn" not in b"".join(frame.raw for frame in frames)
    said = [
        orjson.loads(data_of(frame.raw) if kind is FrameKind.DELTA else frame.raw)["choices"][0][
            held.decode()
        ]
        for frame in frames
    ]
    assert read == "".join(one["content"] for one in said)


def test_what_is_masked_in_an_answer_in_json_leaves_it_json() -> None:
    """
    A number that stands there without quotes stays a number.
    """
    stage = answering(Vault(), answers="mask").stage(says_json=True)
    assert stage is not None

    content = f'{{"phone": {MOBILE}, "text": "\\u7535\\u8bdd{MOBILE}"}}'
    answer = orjson.dumps({"choices": [{"message": {"content": content}}]})
    (frame,) = stage.feed(Frame(FrameKind.WHOLE, answer))

    said = orjson.loads(frame.raw)["choices"][0]["message"]["content"]
    assert MOBILE not in said
    assert {"phone", "text"} == orjson.loads(said).keys()
