"""Patterns name models."""

import pytest

from gateway.policy.globs import is_glob, matches, permits


@pytest.mark.parametrize(
    ("globs", "name", "fits"),
    [
        (("*",), "deepseek-flash", True),
        (("deepseek-*",), "deepseek-flash", True),
        (("deepseek-?lash",), "deepseek-flash", True),
        (("other", "deepseek-flash"), "deepseek-flash", True),
        (("deepseek",), "deepseek-flash", False),
        (("Deepseek-*",), "deepseek-flash", False),
        ((), "deepseek-flash", False),
    ],
)
def test_a_pattern_fits_the_whole_name(globs: tuple[str, ...], name: str, *, fits: bool) -> None:
    """
    In small and large letters as they are written.
    """
    assert fits is matches(globs, name)


def test_a_credential_without_patterns_is_not_narrowed() -> None:
    """
    With some, it may use what they name.
    """
    assert permits((), "deepseek-flash")
    assert permits(("deepseek-*",), "deepseek-flash")
    assert not permits(("other-*",), "deepseek-flash")


@pytest.mark.parametrize(("name", "wild"), [("deepseek-*", True), ("v?", True), ("deepseek-v4.1", False)])
def test_a_pattern_is_known_by_its_wild_cards(name: str, *, wild: bool) -> None:
    """
    A dot or a bracket is none.
    """
    assert wild is is_glob(name)
