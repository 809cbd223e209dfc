"""A mistyped name is led to what was meant."""

import pytest

from gateway.policy.hints import nearest


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("residancy", ["residency", "plan"], "did you mean 'residency'?"),
        ("qqq", ["residency", "plan"], "there is plan, residency"),
        ("qqq", [], "there is none yet"),
    ],
)
def test_a_hint_names_the_nearest_or_what_there_is(name: str, known: list[str], expected: str) -> None:
    """
    Close names are proposed; without one, the known names are listed.
    """
    assert expected == nearest(name, known)


def test_a_long_list_is_cut() -> None:
    """
    A hint stays one line, however many names there are.
    """
    hint = nearest("qqq", [f"n{number:03}" for number in range(500)])

    assert hint.endswith("n011, and more")
