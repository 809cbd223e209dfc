"""deploy/make-secrets, which has to run on any host that runs Compose."""

import stat
import subprocess
from pathlib import Path

import pytest

from gateway.environment import InvalidSetting
from gateway.settings import read_settings
from tests.deploy.compose_file import environment_of, read_compose, secret_file
from tests.house.tree import ROOT

pytestmark = pytest.mark.slow


def make(folder: Path) -> str:
    """Run it, and return what it said."""
    ran = subprocess.run(
        [ROOT / "deploy/make-secrets", folder], capture_output=True, text=True, timeout=60, check=True
    )
    return ran.stdout


def contents(folder: Path) -> dict[str, str]:
    """Return every secret by its file's name."""
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def settings_in(folder: Path) -> dict[str, str]:
    """Return what the gateway of the stack is told, with the secrets of this folder."""
    compose = read_compose()
    given = environment_of(compose["services"]["gateway"]) | {"GATEWAY_POLICIES": str(ROOT / "policies")}
    return {
        name: str(folder / secret_file(compose, value)) if value.startswith("/run/secrets/") else value
        for name, value in given.items()
    }


def test_it_makes_what_the_stack_mounts(tmp_path: Path) -> None:
    """
    Every file and no other, readable in the containers through a folder that is closed on the host.
    """
    folder = tmp_path / "secrets"
    make(folder)
    compose = read_compose()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}

    assert {Path(one["file"]).name for one in compose["secrets"].values()} == contents(folder).keys()
    assert (0o700, {0o644}) == (stat.S_IMODE(folder.stat().st_mode), modes)


def test_it_changes_nothing_that_is_there(tmp_path: Path) -> None:
    """
    A second run makes nothing anew; a deleted address takes its users along.
    """
    make(tmp_path)
    first = contents(tmp_path)
    said = make(tmp_path)
    second = contents(tmp_path)
    (tmp_path / "redis_url.txt").unlink()
    make(tmp_path)
    third = contents(tmp_path)

    assert ("", first) == (said, second)
    assert {"redis_url.txt", "redis_users.acl"} == {name for name in first if first[name] != third[name]}


def test_two_stacks_share_no_secret(tmp_path: Path) -> None:
    """
    Everything but the key that is yours to fill in is random.
    """
    make(tmp_path / "a")
    make(tmp_path / "b")
    here, there = contents(tmp_path / "a"), contents(tmp_path / "b")

    assert ["deepseek_api_key.txt"] == [name for name in here if here[name] == there[name]]


def test_the_gateway_takes_them(tmp_path: Path) -> None:
    """
    Its settings can be read, and each secret is where it belongs.
    """
    make(tmp_path)
    settings = read_settings(settings_in(tmp_path))

    assert settings.redis is not None
    assert settings.cache_redis is not None
    assert ("gateway", (("redis", 6379),)) == (settings.redis.username, settings.redis.endpoints)
    assert (("cache", 6379),) == settings.cache_redis.endpoints
    assert None not in (settings.master_key, settings.admin_key, settings.demo_key)


@pytest.mark.parametrize("name", ["master_key", "admin_key", "demo_key", "redis_url", "cache_url"])
def test_a_missing_secret_is_named(tmp_path: Path, name: str) -> None:
    """
    The gateway does not start without it, and never makes do with another.
    """
    make(tmp_path)
    (tmp_path / f"{name}.txt").unlink()

    with pytest.raises(InvalidSetting, match=rf"_FILE: .*{name}\.txt cannot be read"):
        read_settings(settings_in(tmp_path))
