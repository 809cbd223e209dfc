"""A log of the real writers, falsified in every way we know: each is found, at its place."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.audit.verify.folder import LogReport, verify_folder
from gateway.audit.verify.heads import KeptCheckpoint
from tests.fakes.packed import pack_all, thin_all
from tests.fakes.real_log import RealLog
from tests.fakes.tampering import Crime, Evidence, forked, rolled_back

pytestmark = pytest.mark.slow

# The long run tries them all, the quick one every so many.
_QUICK_STEP = 7


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> RealLog:
    """Two writers over several segments and two keys, closed and sworn to."""
    log = RealLog(tmp_path_factory.mktemp("corpus") / "log")
    asyncio.run(log.live())
    return log


def _leave(folder: Path) -> None:
    """Pack nothing."""


def _tried(
    clean: RealLog,
    folder: Path,
    act: Callable[[Path], None],
    *kept: str,
    then: Callable[[Path], None] = _leave,
) -> LogReport:
    """Return what is found in a copy after somebody was at it, and packed it again."""
    shutil.copytree(clean.folder, folder)
    try:
        act(folder)
        then(folder)
        anchors = [KeptCheckpoint("kept", note) for note in kept]
        return verify_folder(folder, pins=[clean.pin], anchors=anchors)
    finally:
        shutil.rmtree(folder)


def _escapes(
    clean: RealLog, folder: Path, crimes: list[Crime], then: Callable[[Path], None] = _leave
) -> list[str]:
    """Return the crimes that were not found, or not where they were committed."""
    missed: list[str] = []
    for number, crime in enumerate(crimes):
        report = _tried(clean, folder / str(number), crime.act, then=then)
        first = report.findings[0] if report.findings else None
        if (
            first is None
            or not first.file.startswith(crime.files)
            or (crime.seqs is not None and first.seq is not None and first.seq not in crime.seqs)
        ):
            missed.append(f"{crime.name}: {first or 'nothing found'}")
    return missed


def test_the_clean_log_is_clean(clean: RealLog, tmp_path: Path) -> None:
    """
    With every checkpoint that was ever signed, kept elsewhere.
    """
    report = _tried(clean, tmp_path / "copy", lambda _: None, *clean.notes)

    assert [] == report.findings
    assert [] == _tried(clean, tmp_path / "thin", thin_all, *clean.notes, then=pack_all).findings
    assert (2, True, True) == (report.writers, report.records > 100, len(clean.notes) > 8)


def test_some_crimes_of_every_sort_are_found(clean: RealLog, tmp_path: Path) -> None:
    """
    At their places.
    """
    crimes = list(Evidence(clean.folder, clean.keys).crimes())

    assert [] == _escapes(clean, tmp_path, crimes[::_QUICK_STEP])
    assert [] == _escapes(clean, tmp_path, crimes[3 :: 2 * _QUICK_STEP], pack_all)


@pytest.mark.long
@pytest.mark.parametrize("then", [_leave, pack_all])
def test_every_crime_is_found(clean: RealLog, tmp_path: Path, then: Callable[[Path], None]) -> None:
    """
    More than two hundred falsified logs, and not one of them passes, nor does one that is packed.
    """
    crimes = list(Evidence(clean.folder, clean.keys).crimes())

    assert [] == _escapes(clean, tmp_path, crimes, then)
    assert len(crimes) > 200


@pytest.mark.parametrize("count", [2, 4, 6])
def test_a_rollback_is_found_by_whoever_kept_a_checkpoint(clean: RealLog, tmp_path: Path, count: int) -> None:
    """
    Without one the old state is a good log, and the check says that it had none.
    """
    unaware = _tried(clean, tmp_path / "a", lambda folder: rolled_back(folder, count))
    aware = _tried(clean, tmp_path / "b", lambda folder: rolled_back(folder, count), clean.notes[count])

    assert [] == unaware.findings
    assert any("a rollback would not be seen" in note for note in unaware.notes)
    assert ["heads"] == [found.file for found in aware.findings]


@pytest.mark.parametrize("count", [2, 4])
def test_a_fork_is_found_by_whoever_kept_the_other_branch(clean: RealLog, tmp_path: Path, count: int) -> None:
    """
    Also where it is signed with the log's own key, and longer than what was kept.
    """
    kept = clean.notes[count]

    def fork(folder: Path) -> None:
        forked(folder, count, clean.keys)

    unaware = _tried(clean, tmp_path / "a", fork)
    aware = _tried(clean, tmp_path / "b", fork, kept)

    assert [] == unaware.findings
    assert aware.findings


def test_a_log_made_anew_with_another_key_is_found_by_whoever_kept_the_first(
    clean: RealLog, tmp_path: Path
) -> None:
    """
    The pinned key is not in it.
    """
    other = RealLog(tmp_path / "other")
    asyncio.run(other.live())

    report = verify_folder(other.folder, pins=[clean.pin])

    assert ["the first key is none of the pinned ones"] == [found.what for found in report.findings]
