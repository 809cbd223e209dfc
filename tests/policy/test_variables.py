"""Variables are expanded, or named when they are not set."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.variables import Expanded, expand, expand_tree

_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: not name.endswith("_FILE")
)
_PLAIN = st.text().filter(lambda text: "$" not in text)
_VALUES = st.text()


@given(_PLAIN)
def test_a_text_without_a_variable_is_left_alone(text: str) -> None:
    """
    Nothing but `${` means anything.
    """
    assert text == expand(text, {})
    assert not isinstance(expand(text, {}), Expanded)


@given(_PLAIN, _NAMES, _VALUES, _PLAIN)
def test_a_variable_is_replaced_by_its_value(before: str, name: str, value: str, after: str) -> None:
    """
    The value goes in as it is, whatever looks like a variable in it.
    """
    assert f"{before}{value}{after}" == expand(f"{before}${{{name}}}{after}", {name: value})


@given(_NAMES, st.text().filter(lambda text: not set("{}") & set(text)))
def test_a_default_stands_in_for_unset_and_empty(name: str, default: str) -> None:
    """
    As in a shell, `:-` means unset or empty.
    """
    reference = f"${{{name}:-{default}}}"

    assert default == expand(reference, {})
    assert default == expand(reference, {name: ""})
    assert "set" == expand(reference, {name: "set"})


@given(st.text())
def test_a_doubled_dollar_writes_any_text_literally(text: str) -> None:
    """
    Doubling the dollar of every `${` gives the text back.
    """
    literal = text.replace("${", "$${")

    assert text == expand(literal, {})


def test_a_variable_may_be_set_to_nothing() -> None:
    """
    `${NAME}` asks that NAME is set, not that it holds something.
    """
    assert "" == expand("${NAME}", {"NAME": ""})


def test_a_file_gives_the_value_without_its_last_line_break(tmp_path: Path) -> None:
    """
    Where NAME_FILE is set, its content is the value.
    """
    (tmp_path / "secret").write_text("two\nlines\r\n", encoding="utf-8")

    assert "two\nlines" == expand("${NAME:-none}", {"NAME_FILE": str(tmp_path / "secret")})


@pytest.mark.parametrize(
    ("text", "environ", "message"),
    [
        ("${NAME}", {}, "the variable NAME is not set; set NAME or NAME_FILE, or write ${NAME:-default}"),
        ("${NAME}", {"NAME": "hush", "NAME_FILE": "/x"}, "both NAME and NAME_FILE are set"),
        ("${NAME:-x}", {"NAME_FILE": "/not/there"}, "the file named by NAME_FILE cannot be read"),
        ("${1X}", {}, "has a '${' that is no variable"),
        ("${NAME", {"NAME": "hush"}, "has a '${' that is no variable"),
        ("${A:-${B}}", {"A": "hush", "B": "hush"}, "has a '${' that is no variable"),
    ],
)
def test_what_cannot_be_expanded_is_named_at_its_place(
    text: str, environ: dict[str, str], message: str
) -> None:
    """
    The mistake has file, key and variable, and never a value.
    """
    _, errors = expand_tree("a.yaml", {"list": [{"key": text}]}, environ)

    assert [("a.yaml", "list[0].key")] == [(error.file, error.key) for error in errors]
    assert message in errors[0].message
    assert "hush" not in errors[0].message


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """
    A secret file in another encoding is refused by the name of its variable.
    """
    (tmp_path / "secret").write_bytes(b"\xff\xfe")

    _, errors = expand_tree("a.yaml", {"key": "${NAME}"}, {"NAME_FILE": str(tmp_path / "secret")})

    assert ["the file named by NAME_FILE cannot be read as text (UnicodeDecodeError)"] == [
        error.message for error in errors
    ]


def test_every_unset_variable_is_told() -> None:
    """
    The second one does not wait until the first is mended.
    """
    _, errors = expand_tree("a.yaml", {"a": "${A}", "b": ["${B}"], "c": 3}, {})

    assert ["a", "b[0]"] == [error.key for error in errors]
