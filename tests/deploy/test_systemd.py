"""The unit of systemd, read where nothing runs it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.__main__ import main
from gateway.settings import read_settings, unknown_settings
from tests.house.tree import ROOT

UNIT = ROOT / "deploy/systemd/deepseek-gateway.service"
EXPIRE = ROOT / "deploy/systemd/deepseek-gateway-expire.service"
TIMER = ROOT / "deploy/systemd/deepseek-gateway-expire.timer"
# What the supervisor gives its workers beyond their drain, and itself after it.
_LAST_SECONDS = 15.0


def _settings(unit: Path = UNIT) -> Mapping[str, list[str]]:
    """Return every setting of a unit with its values."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text("utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith(("#", "[")):
            found.setdefault(name, []).append(value)
    return found


def test_it_is_started_again_for_ever() -> None:
    """
    By default five failures within ten seconds are the end, as of an address or a mount that comes late.
    """
    settings = _settings()

    assert (["0"], ["on-failure"]) == (settings["StartLimitIntervalSec"], settings["Restart"])


def test_a_worker_that_is_killed_for_memory_is_no_end_of_the_others() -> None:
    """
    By default systemd stops the whole unit; the supervisor replaces the one.
    """
    assert ["continue"] == _settings()["OOMPolicy"]


def test_only_the_first_process_is_told_to_stop_and_has_the_time_for_it() -> None:
    """
    It lets its workers finish what runs.
    """
    settings, gateway = _settings(), read_settings({"GATEWAY_POLICIES": str(ROOT / "policies")})

    assert ["mixed"] == settings["KillMode"]
    assert (
        int(settings["TimeoutStopSec"][0])
        > gateway.drain_delay_seconds + gateway.drain_seconds + _LAST_SECONDS
    )


def test_what_it_runs_and_sets_is_there() -> None:
    """
    A verb of ours, and settings that this version knows.
    """
    settings = _settings()
    verb = settings["ExecStart"][0].partition(" ")[2]
    environ = dict(one.split("=", 1) for one in settings["Environment"])

    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])

    assert 0 == ended.value.code
    assert () == unknown_settings(environ)
    assert f"/var/lib/{settings['StateDirectory'][0]}" == environ["GATEWAY_STATE_DIR"]


def test_the_timer_lets_old_things_go_each_night_as_the_gateways_own_user() -> None:
    """
    With its settings and its folder; beside it the gateway needs not do it itself.
    """
    expire, gateway, timer = _settings(EXPIRE), _settings(), _settings(TIMER)
    words = expire["ExecStart"][0].split()[1:]

    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])

    assert 0 == ended.value.code
    for name in ("Environment", "EnvironmentFile", "StateDirectory", "DynamicUser", "CapabilityBoundingSet"):
        assert gateway[name] == expire[name]
    assert [UNIT.stem] == expire["User"]
    assert (["yes"], ["*-*-* 03:00:00"], EXPIRE.stem) == (
        timer["Persistent"],
        timer["OnCalendar"],
        TIMER.stem,
    )
    assert () == unknown_settings({"GATEWAY_AUDIT_EXPIRE": "off"})
