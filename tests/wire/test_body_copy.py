"""Texts are put back, changed or not, and the old body stays as it was."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.body_copy import BodyCopy
from gateway.wire.texts import HumanText, texts_of

CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": '{"name": "张伟"}'}}


def copied(body: dict[str, Any], *changes: tuple[HumanText, str]) -> dict[str, Any]:
    copy = BodyCopy(body)
    for old, text in changes:
        copy.put(old, text)
    return copy.body


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
_MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "system"]), "content": st.text(max_size=5)},
        optional={"name": st.text(max_size=3), "x": _VALUES, "tool_calls": st.just([CALL])},
    ),
    min_size=1,
    max_size=3,
)


@given(st.fixed_dictionaries({"messages": _MESSAGES}, optional={"a": _VALUES, "stop": _VALUES}))
def test_putting_the_same_texts_back_changes_nothing(body: dict[str, Any]) -> None:
    """
    And the old body is left as it was, whatever is put in the new one.
    """
    before = orjson.dumps(body)
    texts = [one for one in texts_of(body) if isinstance(one, HumanText)]

    same = copied(body, *[(text, text.text) for text in texts])
    other = copied(body, *[(text, text.text if text.is_value else "other") for text in texts])

    assert before == orjson.dumps(same) == orjson.dumps(body)
    assert list(body) == list(other)
    plain = [one.text for one in texts_of(other) if isinstance(one, HumanText) and not one.is_value]
    assert {"other"} >= set(plain)


def test_what_does_not_change_is_shared() -> None:
    """
    Only the way to a changed text is copied.
    """
    body: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}], "metadata": {"a": "b"}}
    body["messages"].append({"role": "user", "content": "change me"})
    (text,) = [one for one in texts_of(body) if isinstance(one, HumanText) and one.text == "change me"]

    changed = copied(body, (text, "changed"))

    assert "changed" == changed["messages"][1]["content"]
    assert body["messages"][0] is changed["messages"][0]
    assert body["metadata"] is changed["metadata"]


def test_names_that_become_the_same_are_numbered() -> None:
    """
    No entry is lost, at any depth, whatever numbers stand there already.
    """
    body: dict[str, Any] = {
        "messages": [{"role": "user", "content": "hi"}],
        "metadata": {"in": {"Li": 1, "X 2": 2, "Wu": 3, "Xu": [{"Li": 1.5, "Wu": None}]}},
    }
    (old,) = [one for one in texts_of(body) if isinstance(one, HumanText) and one.is_value]

    text = old.text.replace("Li", "X").replace("Wu", "X").replace("Xu", "X")

    assert {"in": {"X": 1, "X 2": 2, "X 3": 3, "X 4": [{"X": 1.5, "X 2": None}]}} == copied(
        body, (old, text)
    )["metadata"]


def test_a_field_is_renamed_in_its_place() -> None:
    """
    With the value that was put under it before; and two that become the same are numbered.
    """
    body: dict[str, Any] = {
        "messages": [{"role": "user", "138": "a", "content": "b", "139": {"c": 1}}],
        "140": [1],
        "z": 1,
    }
    texts = {(one.path[-1], one.is_name): one for one in texts_of(body) if isinstance(one, HumanText)}

    changed = copied(
        body,
        (texts["138", False], "A"),
        (texts["138", True], "[PHONE]"),
        (texts["139", True], "[PHONE]"),
        (texts["140", True], "[PHONE]"),
    )

    assert (
        b'{"messages":[{"role":"user","[PHONE]":"A","content":"b","[PHONE] 2":{"c":1}}],"[PHONE]":[1],"z":1}'
        == orjson.dumps(changed)
    )
    assert "138" in body["messages"][0]
