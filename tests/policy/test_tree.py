"""YAML becomes plain values, or is refused with every mistake."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.tree import Unreadable, read_tree

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
_TREES = st.dictionaries(
    st.text(min_size=1),
    st.recursive(
        _SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    ),
    min_size=1,
)


@pytest.mark.slow
@given(_TREES)
def test_what_yaml_writes_is_read_back(tree: dict[str, Any]) -> None:
    """
    A tree of plain values survives being written as YAML.
    """
    assert tree == read_tree("a.yaml", yaml.safe_dump(tree))


def test_a_date_stays_text() -> None:
    """
    Nothing is turned into a date behind the writer's back.
    """
    assert {"expires": "2027-12-31"} == read_tree("a.yaml", "expires: 2027-12-31")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("1_000", 1000),
        ("0x10", 16),
        ("0.5", 0.5),
        ("007.5", 7.5),
        ("09:00", "09:00"),
        ("'1:30'", "1:30"),
        ('"010"', "010"),
        ("08", "08"),
        ("1e3", "1e3"),
    ],
)
def test_what_nobody_reads_otherwise_is_taken(text: str, value: object) -> None:
    """
    A number in any plain writing; what is none is text, and refused where a number is wanted.
    """
    assert {"a": value} == read_tree("a.yaml", f"a: {text}")


def test_an_anchor_shares_its_value() -> None:
    """
    Anchors are a way to write a value once.
    """
    assert {"a": [1], "b": [1]} == read_tree("a.yaml", "a: &x [1]\nb: *x")


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("", "", "is empty"),
        ("# nothing\n", "", "is empty"),
        ("a: 1\na: 2\n", "a", "stands here twice, again in line 2"),
        ("a:\n  b: [{c: 1, c: 2}]\n", "a.b[0].c", "stands here twice, again in line 2"),
        ("a: 1\nb: [1\n", "line 3", "is not YAML"),
        ("a: b: c\n", "line 1", "is not YAML"),
        ("a: ${X}\nb: {c: ${X}}\n", "line 2", "is not YAML"),
        ("a: \x07\n", "", "is not YAML"),
        ("a: !!python/name:os.system x\n", "a", "has a tag"),
        ("a: !!int x\n", "a", "is not what its tag says"),
        ("a: &x [*x]\n", "a[0]", "an anchor contains itself"),
        ("a: 1:30", "a", "has colons, which YAML reads as a number of base 60"),
        ("a: -12:30:45", "a", "has colons"),
        ("a: 1:30.5", "a", "has colons"),
        ("a: [010]", "a[0]", "begins with 0, which YAML reads as a number of base 8"),
        ("a: -0_7", "a", "begins with 0"),
        ("a: {[1]: 2}\n", "a", "has a key in line 1 that is no plain name"),
        ("a: 1\n---\nb: 2\n", "line 2", "is not YAML"),
    ],
)
def test_what_is_no_tree_is_refused_at_its_place(text: str, key: str, message: str) -> None:
    """
    Each mistake names the key, or the line where there is no key yet.
    """
    with pytest.raises(Unreadable) as unreadable:
        read_tree("a.yaml", text)

    assert [("a.yaml", key)] == [(error.file, error.key) for error in unreadable.value.errors]
    assert message in unreadable.value.errors[0].message


@pytest.mark.parametrize(
    "secret", ["!s3cret", "!s3cret x", "*s3cret", "%s3cret", "|s3cret", "'s3cret", "{s3cret"]
)
def test_a_secret_that_nobody_put_in_quotes_is_not_told(secret: str) -> None:
    """
    It is read as something else, and whoever wrote it hears where.
    """
    with pytest.raises(Unreadable) as refused:
        read_tree("a.yaml", f"credential: {secret}")

    assert "s3cret" not in str(refused.value)


def test_anchors_cannot_swell() -> None:
    """
    A few lines that unfold to billions of values are refused at once.
    """
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]

    with pytest.raises(Unreadable, match="unfolds to more than 50000 values"):
        read_tree("a.yaml", "\n".join(lines))


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 100_000, "a: " + "{b: " * 500, "- " * 500 + "x", "? " * 500 + "x"]
)
def test_a_document_cannot_exhaust_the_stack(text: str) -> None:
    """
    What is nested too deeply is refused at its line before anything calls itself for each level.
    """
    with pytest.raises(Unreadable, match="line 1: is nested deeper than 64 levels"):
        read_tree("a.yaml", text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    """
    Whatever a file holds, the reader returns a tree or its mistakes.
    """
    try:
        told = bool(repr(read_tree("a.yaml", text)))
    except Unreadable as unreadable:
        told = bool(unreadable.errors)

    assert told
