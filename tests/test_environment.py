"""How one value is read from the environment."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.environment import InvalidSetting, secret_text


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
