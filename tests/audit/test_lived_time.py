"""A clock is believed as far as the log has lived."""

from pathlib import Path

import pytest

from gateway.audit.layout import Layout
from gateway.audit.lived_time import ClockDoubted, demand_lived_time
from tests.fakes.audit_office import OfficeSide

DAY = 86_400.0
YEARS = 4 * 365 * DAY


async def a_log(folder: Path, *pauses: float) -> OfficeSide:
    """A log of a process for each pause, which comes after it; the last one still writes."""
    office = await OfficeSide(folder).session()
    for pause in pauses:
        await office.ask("maria")
        await office.close()
        office.clock.advance(pause)
        await office.session()
    await office.ask("maria")
    return office


async def test_a_log_that_was_in_use_shows_that_the_time_has_passed(tmp_path: Path) -> None:
    """
    Days of rest included, up to seven.
    """
    office = await a_log(tmp_path, DAY, 6.9 * DAY, 2 * DAY, 6.9 * DAY)

    demand_lived_time([Layout(tmp_path)], None, office.clock.wall() + 6.9 * DAY)
    assert (await office.close()).is_good


@pytest.mark.parametrize("before_last", [DAY, 0.0])
async def test_a_clock_that_jumped_is_doubted(tmp_path: Path, before_last: float) -> None:
    """
    Also where the gateway went on to write with it, for some days.
    """
    office = await a_log(tmp_path, DAY, YEARS, before_last, DAY)

    with pytest.raises(ClockDoubted, match=r"from 2027-01-16 to 2031-01-15 \(1460 days\).*--despite-clock"):
        demand_lived_time([Layout(tmp_path)], None, office.clock.wall())


async def test_a_jump_in_the_middle_of_a_segment_is_one_between_its_ends(tmp_path: Path) -> None:
    """
    A segment that spans years has not lived through them.
    """
    office = await a_log(tmp_path, DAY)
    office.clock.set_back(-YEARS)
    await office.ask("maria")
    await office.close()

    with pytest.raises(ClockDoubted):
        demand_lived_time([Layout(tmp_path)], None, office.clock.wall())


async def test_after_the_clock_was_put_right_the_jump_is_forgotten(tmp_path: Path) -> None:
    """
    What was written in a time that is still to come shows nothing, nor does a look of that time.
    """
    office = await a_log(tmp_path, DAY)
    before = office.clock.wall()
    office.clock.set_back(-YEARS)
    await office.ask("maria")
    ahead = office.clock.wall()
    office.clock.set_back(YEARS)
    await office.ask("maria")

    for sure in (None, before, ahead):
        demand_lived_time([Layout(tmp_path)], sure, office.clock.wall() + DAY)
    assert (await office.close()).is_good


async def test_what_came_before_the_last_sure_moment_is_not_asked_again(tmp_path: Path) -> None:
    """
    A long pause that somebody confirmed; one that comes after it is asked.
    """
    office = await a_log(tmp_path, 30 * DAY, DAY)
    now = office.clock.wall()

    demand_lived_time([Layout(tmp_path)], now - DAY, now)
    with pytest.raises(ClockDoubted):
        demand_lived_time([Layout(tmp_path)], now, now + 8 * DAY)


async def test_a_seal_that_cannot_be_read_shows_nothing(tmp_path: Path) -> None:
    """
    Nor does a segment without a whole record; a folder without a log has nothing to doubt.
    """
    office = await a_log(tmp_path, DAY)
    await office.close()
    make_unreadable(tmp_path)

    demand_lived_time([Layout(tmp_path), Layout(tmp_path / "none")], None, office.clock.wall())


def make_unreadable(folder: Path) -> None:
    """Let one segment have a seal that is none, and the others no seal and no record."""
    first, *others = sorted(folder.glob("writers/*/*.seal"))
    first.write_bytes(b"{}")
    for path in others:
        path.unlink()
        path.with_suffix(".jsonl").write_bytes(b"no record")
