"""The one who signs for a host."""

import os
from pathlib import Path

from gateway.audit.checkpoint import Head, encode_head, open_note, read_note
from gateway.audit.disk import Disk
from gateway.audit.layout import Layout
from gateway.audit.notary import Notary, origin_of
from gateway.audit.verify.folder import verify_folder
from tests.fakes.audit_side import SINCE, Desk
from tests.fakes.log_check import check_log

LATER = "2027-02-01T00:00:00.000000Z"


async def test_a_checkpoint_is_signed_when_there_is_news(tmp_path: Path) -> None:
    """
    And only then; the note is kept, offered, and the newest one.
    """
    desk = Desk(tmp_path)
    scribe = await desk.open()
    scribe.turn()
    signed = len(desk.offered)
    desk.clock.advance(2)
    scribe.turn()

    assert 1 == signed
    assert signed == len(desk.offered)
    assert desk.offered[0] == (tmp_path / "checkpoint").read_text(encoding="utf-8")
    assert 1 == open_note(desk.offered[0], desk.signing.signers[0].epoch).size


async def test_a_new_key_is_published_with_its_first_checkpoint(tmp_path: Path) -> None:
    """
    Both epochs stand in the log, and it verifies across them.
    """
    desk = Desk(tmp_path)
    scribe = await desk.open()
    scribe.turn()
    await desk.signing.rotate(LATER)
    desk.clock.advance(40 * 86_400)
    scribe.turn()
    scribe.stop()

    assert 2 == len((tmp_path / "epochs.jsonl").read_bytes().splitlines())
    assert "epoch 2" in desk.offered[-1]
    check_log(tmp_path)


async def test_a_past_that_was_changed_is_told_and_not_signed(tmp_path: Path) -> None:
    """
    Once; the log goes on without checkpoints until somebody has looked.
    """
    desk = Desk(tmp_path)
    scribe = await desk.open()
    scribe.turn()
    scribe.stop()
    heads = tmp_path / "heads" / "00000000.jsonl"
    os.truncate(heads, 0)
    told: list[str] = []
    notary = Notary(
        Layout(tmp_path),
        Disk(),
        desk.signing,
        offer=desk.offered.append,
        on_broken=lambda: told.append("broken"),
    )
    signed = len(desk.offered)

    results = [notary.look(LATER), notary.look(LATER)]

    assert [False, False] == results
    assert (["broken"], signed) == (told, len(desk.offered))


def test_a_log_keeps_its_name(tmp_path: Path) -> None:
    """
    It is made once, from the host's name and a random part.
    """
    layout = Layout(tmp_path / "audit")

    first, second = origin_of(layout, Disk(), "Web 1"), origin_of(layout, Disk(), "other")

    assert first == second
    assert first.startswith("deepseek-gateway.web-1.")


async def test_a_clock_that_was_put_back_signs_nothing_older(tmp_path: Path) -> None:
    """
    Neither than the checkpoint before, also of an earlier process, nor than the key; the log verifies.
    """
    desk = Desk(tmp_path)
    scribe = await desk.open()
    scribe.turn()
    first = read_note(desk.offered[-1])
    scribe.stop()
    desk.clock.set_back(3 * 86_400)
    again = await desk.open()
    again.turn()
    again.stop()

    times = [read_note(note).time for note in desk.offered]
    assert len(times) > 2
    assert {first.time} == set(times)
    assert verify_folder(tmp_path).is_good


async def test_whoever_is_over_and_signed_has_no_more_news(tmp_path: Path) -> None:
    """
    It is not looked at any more, of however many thousands; one that ends meanwhile is signed to its end.
    """
    desk = Desk(tmp_path)
    first, second = await desk.open(slot=1), await desk.open(slot=2)
    for scribe in (first, second):
        scribe.turn()
    first.stop()
    desk.clock.advance(2)
    second.turn()
    over = next(path.name for path in writers_of(tmp_path) if "-1-" in path.name)
    notary = second.device.notary if second.device is not None else None
    assert notary is not None
    notary.look(SINCE)
    notary.look(SINCE)
    (tmp_path / "writers" / over / "head").write_bytes(
        encode_head(Head(writer=over, records=99, root="", last="", time=SINCE))
    )

    assert {over} == notary._over
    assert not notary.look(SINCE)
    second.stop()
    check_log(tmp_path)


def writers_of(folder: Path) -> list[Path]:
    """Return the folders of all writers."""
    return sorted((folder / "writers").iterdir())
