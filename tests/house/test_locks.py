"""Lock files pin by hash and name no place to download from."""

import re

import pytest

from tests.house.tree import ROOT

_LOCKS = sorted(ROOT.glob("requirements*.lock"))


def test_there_is_a_lock_for_every_environment() -> None:
    """
    Running, developing, the image, what builds it, the second SDK major and the local model each have one.
    """
    expected = {
        "requirements.lock",
        "requirements-dev.lock",
        "requirements-image.lock",
        "requirements-build.lock",
        "requirements-sdk2.lock",
        "requirements-local-model.lock",
    }

    assert expected == {lock.name for lock in _LOCKS}


def test_no_lock_names_an_index() -> None:
    """
    Where packages come from is the machine's choice, never the project's.
    """
    naming = [
        f"{lock.name}:{number}"
        for lock in _LOCKS
        for number, line in enumerate(lock.read_text().splitlines(), start=1)
        if re.search(r"index|find-links|trusted-host|://", line) and not line.lstrip().startswith("# via")
    ]

    assert [] == naming


def test_every_pin_has_a_hash() -> None:
    """
    A line that pins a version is followed by at least one SHA-256.
    """
    bare = [
        f"{lock.name}: {pin}"
        for lock in _LOCKS
        for pin in re.findall(r"^(\S+==\S+)[^\\\n]*(?!\\)\n(?!\s+--hash)", lock.read_text(), re.MULTILINE)
    ]

    assert [] == bare


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-image.lock", "requirements-build.lock"])
def test_what_runs_is_what_was_tested(name: str) -> None:
    """
    Packages that both locks name have the same version in both.
    """
    running, developing = (
        dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in (name, "requirements-dev.lock")
    )

    assert running == {package: developing.get(package) for package in running}
