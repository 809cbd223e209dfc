"""Facts about how misbehaviour is told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.simulator.misbehaviour import (
    BEHAVED,
    Misbehaviour,
    UnreadableDirective,
    directed,
    read_misbehaviour,
    take_directives,
)


@pytest.mark.parametrize(
    ("text", "rest", "behaviour"),
    [
        ("[[sim:status=503]] Hi", "Hi", Misbehaviour(status=503)),
        ("Hi [[sim:slow_first_token=3]]", "Hi", Misbehaviour(slow_first_token=3.0)),
        ("deepseek-flash[[sim:echo]]", "deepseek-flash", Misbehaviour(echo=True)),
        ("a [[sim:deltas=128, delay_ms=5]] b", "a b", Misbehaviour(deltas=128, delay_ms=5.0)),
        (
            "[[sim:no_done]][[sim:cut_after=2,cut=reset]]",
            "",
            Misbehaviour(no_done=True, cut_after=2, cut="reset"),
        ),
        ('[[sim:{"text": "a, [b]]}", "stall": 1}]]x', "x", Misbehaviour(text="a, [b]]}", stall=1.0)),
        ('[[sim:{"headers": {"x-a": "1"}}]]', "", Misbehaviour(headers={"x-a": "1"})),
        ("nothing [[here]]", "nothing [[here]]", BEHAVED),
    ],
)
def test_a_directive_is_read_and_taken_out(text: str, rest: str, behaviour: Misbehaviour) -> None:
    """
    What a directive says becomes fields, and the text is left as if it had not been there.
    """
    left, said = take_directives(text)

    assert (rest, behaviour) == (left, directed(BEHAVED, said))


@pytest.mark.parametrize(
    "text",
    [
        "[[sim:unheard_of=1]]",
        "[[sim:status=high]]",
        "[[sim:status=1",
        '[[sim:{"status": }]]',
        "[[sim:cut=slowly]]",
    ],
)
def test_a_directive_nobody_understands_is_refused(text: str) -> None:
    """
    An unknown name, a wrong type and a missing end are said to be wrong, not ignored.
    """
    with pytest.raises(UnreadableDirective):
        directed(BEHAVED, take_directives(text)[1])


@pytest.mark.parametrize("said", ["huge_header=1048577", "deltas=100001", "delta_size=1001", "delta_size=0"])
def test_what_a_caller_can_order_is_bounded(said: str) -> None:
    """
    The built-in simulator lives in the gateway's own process: nobody may fill its memory.
    """
    with pytest.raises(UnreadableDirective):
        directed(BEHAVED, take_directives(f"[[sim:{said}]]")[1])


def test_a_directive_stands_above_the_script() -> None:
    """
    A directive changes only the fields it names.
    """
    scripted = Misbehaviour(status=503, retry_after="7")

    assert Misbehaviour(status=429, retry_after="7") == directed(scripted, {"status": "429"})


def test_a_misbehaviour_is_an_object() -> None:
    """
    Anything but a JSON object is refused.
    """
    with pytest.raises(UnreadableDirective):
        read_misbehaviour([1])


@given(before=st.text(), after=st.text(), exact=st.text())
def test_any_text_can_be_ordered(before: str, after: str, exact: str) -> None:
    """
    A JSON directive carries any text through any other text.
    """
    directive = "[[sim:" + json.dumps({"text": exact}) + "]]"

    _, said = take_directives(before.replace("[[sim:", "") + directive + after.replace("[[sim:", ""))

    assert exact == said["text"]
