"""What is over is let go."""

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from gateway.audit.catalogue import LogExpired
from gateway.audit.expiry import Expired, Expirer
from gateway.audit.holds import Hold, Holds
from gateway.audit.rules import RetentionRules
from gateway.audit.segment import read_seal
from gateway.audit.terms import AuditTerms
from gateway.audit.verify.folder import verify_folder
from gateway.foundation.keys import GATEWAY
from tests.fakes.audit_office import OfficeSide
from tests.fakes.audit_side import records_in

DAY = 86_400.0
FOR_EVER = {"acme": RetentionRules()}
A_MONTH = {"acme": RetentionRules(record_days=30, content_days=30, lookup_days=30)}


async def an_old_log(folder: Path, requests: int = 12) -> OfficeSide:
    """A log of some requests, a process of its own each time, and ninety days later another one."""
    office = await OfficeSide(folder).session(segment_bytes=3_000)
    for _ in range(requests):
        await office.ask("maria", AuditTerms())
        office.clock.advance(60)
    await office.ask("maria")
    assert (await office.close()).is_good
    office.clock.advance(90 * DAY)
    date_texts(folder, office.clock.wall() - 90 * DAY)
    return await office.session()


def date_texts(folder: Path, wall: float, *, but: frozenset[Path] = frozenset()) -> None:
    """Let the files of texts have a time of the fake clock."""
    for path in texts_in(folder) - but:
        os.utime(path, (wall, wall))


def texts_in(folder: Path) -> frozenset[Path]:
    return frozenset(folder.glob("content/*/*"))


def segments_in(folder: Path) -> int:
    return len(list(folder.glob("writers/*/*.jsonl")))


async def test_old_segments_and_texts_go_and_the_log_verifies(tmp_path: Path) -> None:
    """
    Their seals stay, the log says what went, and what is young stays whole.
    """
    office = await an_old_log(tmp_path)
    before, old = segments_in(tmp_path), texts_in(tmp_path)
    await office.ask("jo")
    date_texts(tmp_path, office.clock.wall(), but=old)

    gone = await office.expirer.expire(A_MONTH)

    report = await office.close()
    assert gone.segments == before - 1 > 2
    assert (2, 2) == (gone.texts, office.texts())
    assert [] == report.findings
    assert gone.segments == report.expired_segments


async def test_it_is_done_once(tmp_path: Path) -> None:
    """
    A second run finds nothing more, also in another process; what explains the gaps stays.
    """
    office = await an_old_log(tmp_path)
    await office.expirer.expire(A_MONTH)
    await office.close()
    office.clock.advance(90 * DAY)
    await office.session()

    assert 0 == (await office.expirer.expire(A_MONTH)).segments
    assert (await office.close()).is_good


async def test_without_a_time_everything_stays(tmp_path: Path) -> None:
    """
    And one patient plan keeps the records of all.
    """
    office = await an_old_log(tmp_path)

    assert Expired(0, 0, 0) == await office.expirer.expire(FOR_EVER)
    assert 0 == (await office.expirer.expire(A_MONTH | {"bolt": RetentionRules()})).segments


async def test_what_is_held_does_not_expire(tmp_path: Path) -> None:
    """
    Neither the person's texts, nor any record, nor the look-up keys of the tenant.
    """
    office = await an_old_log(tmp_path)
    await office.eraser.place_hold("file-7", "acme", ["maria"], None)

    assert Expired(0, 0, 0) == await office.expirer.expire(A_MONTH)
    await office.eraser.lift_hold("file-7", None)
    assert (await office.expirer.expire(A_MONTH)).texts == 2


async def test_look_up_keys_go_after_their_time(tmp_path: Path) -> None:
    """
    Counted from the end of their month; the gateway's own, of strangers' addresses, with the most patient's.
    """
    office = await an_old_log(tmp_path)

    gone = await office.expirer.expire({"acme": RetentionRules(lookup_days=30)})

    assert 4 == gone.periods
    for owner in ("acme", GATEWAY):
        assert ["2027-04", "2027-05"] == [period.name for period in office.room.lookups.periods(owner)]


async def test_what_no_plan_counts_for_is_named(tmp_path: Path) -> None:
    """
    Texts of a tenant that policies do not name any more are kept, and whoever lets old things go is told.
    """
    office = await an_old_log(tmp_path)

    gone = await office.expirer.expire({"bolt": RetentionRules(content_days=30)})

    assert (0, ("acme",)) == (gone.texts, gone.unruled)
    await office.eraser.erase("acme", "maria", None)
    assert () == (await office.expirer.expire({"bolt": RetentionRules(content_days=30)})).unruled


async def test_what_is_deleted_is_on_record_before(tmp_path: Path) -> None:
    """
    A process that is killed right after has told, so that nothing is missing without a reason.
    """
    office = await an_old_log(tmp_path)

    gone = await office.expirer.expire(A_MONTH)

    told = [record["event"] for record in records_in(tmp_path)]
    assert (gone.segments, 1) == (told.count("log.expired"), told.count("content.expired"))
    assert [] == verify_folder(tmp_path).findings


async def test_without_a_log_to_tell_it_nothing_is_deleted(tmp_path: Path) -> None:
    """
    A disk that fails meanwhile costs neither records nor texts.
    """
    office = await an_old_log(tmp_path)
    before = segments_in(tmp_path), office.texts()
    office.lose_the_disk()

    for rules in (A_MONTH, {"acme": RetentionRules(record_days=30)}):
        with pytest.raises(OSError, match="no file was deleted"):
            await office.expirer.expire(rules)

    assert before == (segments_in(tmp_path), office.texts())


async def test_a_clock_that_was_put_back_makes_no_segment_old(tmp_path: Path) -> None:
    """
    Whatever its last record says: the first one is young.
    """
    office = await OfficeSide(tmp_path).session()
    await office.ask("maria", AuditTerms())
    office.clock.set_back(400 * DAY)
    await office.ask("maria", AuditTerms())
    await office.close()
    office.clock.set_back(-400 * DAY)
    await office.session()

    assert 0 == (await office.expirer.expire(A_MONTH)).segments


async def test_of_a_log_that_was_altered_no_record_goes(tmp_path: Path) -> None:
    """
    Whoever looks finds all there is; it is said what to do. A seal that cannot be read keeps its segment.
    """
    office = await an_old_log(tmp_path)
    before = segments_in(tmp_path)
    damage_a_seal(tmp_path)
    assert before - 2 == (await office.expirer.expire({"acme": RetentionRules(record_days=30)})).segments
    heads = tmp_path / "heads" / "00000000.jsonl"
    heads.write_bytes(heads.read_bytes().replace(b'"records":', b'"records":1', 1))

    with pytest.raises(OSError, match="audit verify"):
        await office.expirer.expire(A_MONTH)


def damage_a_seal(folder: Path) -> None:
    """Let the first one be read by nobody."""
    min(folder.glob("writers/*/*.seal")).write_bytes(b"{}")


async def test_a_clock_that_was_ahead_for_a_moment_keeps_no_segment_for_years(tmp_path: Path) -> None:
    """
    What ends in a time that is still to come is as old as its other end.
    """
    office = await OfficeSide(tmp_path).session()
    office.clock.set_back(-70 * 365 * DAY)
    await office.ask("maria", AuditTerms())
    office.clock.set_back(70 * 365 * DAY)
    await office.ask("maria", AuditTerms())
    await office.close()
    office.clock.advance(90 * DAY)
    await office.session()

    gone = await office.expirer.expire({"acme": RetentionRules(record_days=30)})

    assert 2 == gone.segments
    assert [] == (await office.close()).findings


async def keys_kept(office: OfficeSide) -> int:
    """How many keys of persons stand in the store."""
    return len(await office.room.subjects.all_of("acme"))


async def test_the_key_of_a_person_who_came_no_more_goes_after_their_texts(tmp_path: Path) -> None:
    """
    A month later, so that other machines can delete theirs; else each person would stay in the store.
    """
    office = await an_old_log(tmp_path)
    await office.ask("jo")
    date_texts(tmp_path, office.clock.wall())
    counts = []
    for days in (0, 40, 35, 35):
        office.clock.advance(days * DAY)
        await office.expirer.expire({"acme": RetentionRules(content_days=30)})
        counts.append(await keys_kept(office))

    assert [1, 1, 1, 0] == counts
    assert (await office.close()).is_good


async def test_the_key_of_a_person_who_is_held_or_kept_for_ever_stays(tmp_path: Path) -> None:
    """
    What a hold is about has to stay readable.
    """
    office = await an_old_log(tmp_path)
    office.clock.advance(400 * DAY)
    await office.expirer.expire(FOR_EVER)
    for_ever = await keys_kept(office)
    await office.eraser.place_hold("file-7", "acme", ["maria"], None)
    await office.expirer.expire(A_MONTH)
    held = await keys_kept(office)
    await office.eraser.lift_hold("file-7", None)

    await office.expirer.expire(A_MONTH)

    assert [1, 1, 0] == [for_ever, held, await keys_kept(office)]


class LateHold(Holds):
    """Holds of which one is placed while old things are being let go."""

    def __init__(self, office: OfficeSide, looks: int) -> None:
        super().__init__(office.store)
        self._office = office
        self._looks = looks

    async def all(self) -> Sequence[Hold]:
        """Return them; the last of so many looks finds one more."""
        self._looks -= 1
        if self._looks == 0:
            await self._office.eraser.place_hold("file-7", "acme", [], None)
        return await super().all()


async def test_a_hold_that_is_placed_in_the_middle_counts_at_once(tmp_path: Path) -> None:
    """
    Before each act it is asked again.
    """
    gone = []
    for name, looks in (("texts", 1), ("segments", 8)):
        office = await an_old_log(tmp_path / name)
        expirer = Expirer(office.room, LateHold(office, looks), clock=office.clock, actor="cli:tests")
        gone.append(await expirer.expire(A_MONTH))
        assert (await office.close()).is_good

    assert Expired(0, 0, 0) == gone[0]
    assert (2, 4, 1) == (gone[1].texts, gone[1].periods, gone[1].segments)


async def test_a_process_that_died_between_word_and_deed_is_finished_by_the_next(tmp_path: Path) -> None:
    """
    What it said it deletes is there; the next run says so once more, and does it.
    """
    office = await an_old_log(tmp_path)
    before = segments_in(tmp_path)
    said = word_of_the_first(tmp_path)
    await office.room.write("log.expired", said)
    office.room.scribe._writer.abandon()  # type: ignore[union-attr]
    office.room.scribe.device.notary.close()  # type: ignore[union-attr]
    dead = verify_folder(tmp_path)
    await office.session()

    gone = await office.expirer.expire(A_MONTH)

    report = await office.close()
    assert ([], []) == (dead.findings, report.findings)
    assert (before - 1, before - 1) == (gone.segments, report.expired_segments)


def word_of_the_first(folder: Path) -> LogExpired:
    """What is said before the first segment is deleted."""
    path = min(folder.glob("writers/*/*.seal"))
    seal = read_seal(path.read_bytes())
    return LogExpired(
        expired_writer=seal.writer,
        segment=seal.segment,
        first_seq=seal.first_seq,
        last_seq=seal.last_seq,
        seal_sha256=sha256(path.read_bytes()).hexdigest(),
        retention_days=30,
    )
