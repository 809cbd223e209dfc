"""How one value is read from the environment."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.environment import InvalidSetting, days_of, file_of, folder_of, host_of, origins_of, secret_text


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"KEY": ""}, None),
        ({"KEY": "text"}, "text"),
        ({"KEY_FILE": "<file>"}, "from the file"),
        ({"KEY": "text", "KEY_FILE": ""}, "text"),
    ],
)
def test_a_secret_can_come_from_a_file(
    tmp_path: Path, environ: Mapping[str, str], expected: str | None
) -> None:
    """
    Of a mounted file, the line end is not part of the secret.
    """
    (tmp_path / "secret").write_text("from the file\n")
    filled = {name: value.replace("<file>", str(tmp_path / "secret")) for name, value in environ.items()}

    assert expected == secret_text(filled, "KEY")


def test_a_secret_from_two_places_is_refused(tmp_path: Path) -> None:
    """
    Which of the two counts must not be a riddle.
    """
    (tmp_path / "secret").write_text("from the file\n")

    with pytest.raises(InvalidSetting, match="KEY_FILE is set too"):
        secret_text({"KEY": "text", "KEY_FILE": str(tmp_path / "secret")}, "KEY")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("*", ("*",)),
        (" https://App.example:8443 ,app://obsidian.md,", ("https://app.example:8443", "app://obsidian.md")),
        ("http://[::1]:3000", ("http://[::1]:3000",)),
    ],
)
def test_origins_are_as_browsers_write_them(text: str, expected: tuple[str, ...]) -> None:
    """
    In small letters, with the port where it is not the usual one.
    """
    assert expected == origins_of({"ORIGINS": text}, "ORIGINS")


@pytest.mark.parametrize("text", ["app.example", "https://app.example/", "https://*.example", "null", "a b"])
def test_what_is_no_origin_is_refused(text: str) -> None:
    """
    A page that is let in by nobody would be a riddle for its developer.
    """
    with pytest.raises(InvalidSetting, match="ORIGINS"):
        origins_of({"ORIGINS": text}, "ORIGINS")


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "36501", "²", "9" * 5000])
def test_what_is_no_number_of_days_is_refused(text: str) -> None:
    """
    With the way out.
    """
    with pytest.raises(InvalidSetting, match="whole days from 0 to 36500"):
        days_of({"DAYS": text}, "DAYS", "7")


@pytest.mark.parametrize(
    "text", ["", "0.0.0.0", "::", "fe80::1%eth0", "localhost", "gateway_1", "gateway.example", "7.example"]
)
def test_a_host_is_an_address_or_a_name(text: str) -> None:
    """
    As it was written, or the default.
    """
    assert (text or "::1") == host_of({"HOST": text}, "HOST", "::1")


@pytest.mark.parametrize(
    "text", ["http://0.0.0.0", "0.0.0.0:8080", "[::1]", ":8080", "::zz", "10.0.0.300", "*", "a b", "x" * 300]
)
def test_what_nobody_can_listen_at_is_refused_by_its_own_name(text: str) -> None:
    """
    And not by that of the URL which is made from it.
    """
    with pytest.raises(InvalidSetting, match=r"^HOST: .* without http:// and without the port"):
        host_of({"HOST": text}, "HOST", "::1")


def test_days_are_whole_and_may_be_left_out() -> None:
    """
    Nought is a number of days.
    """
    assert [7, 7, 0, 30] == [
        days_of(environ, "DAYS", "7") for environ in ({}, {"DAYS": ""}, {"DAYS": "0"}, {"DAYS": "30"})
    ]


def test_a_path_that_the_system_refuses_names_its_variable() -> None:
    """
    As one behind a folder that is closed to us does, or one that is too long.
    """
    with pytest.raises(InvalidSetting, match=r"^POLICIES: "):
        folder_of({"POLICIES": "x" * 300}, "POLICIES", "")
    with pytest.raises(InvalidSetting, match=r"^FILE: "):
        file_of("FILE", "x" * 300)
