"""The one who signs for a host."""

import os
from pathlib import Path

import msgspec

from gateway.audit.checkpoint import Head, open_note, read_note
from gateway.audit.disk import Disk
from gateway.audit.layout import Layout
from gateway.audit.notary import Notary, origin_of
from gateway.audit.signing import KIND, SigningKeys
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
    assert notary.is_broken


async def test_a_state_store_that_lost_the_keys_signs_nothing(tmp_path: Path) -> None:
    """
    The keys that have signed stay published, so that the log verifies; it is told once, after a while.
    """
    desk, other, told = Desk(tmp_path), Desk(tmp_path), list[str]()
    before = await desk.open()
    before.turn()
    before.stop()
    published = (tmp_path / "epochs.jsonl").read_bytes()
    after = await other.open()
    after.turn()
    notary = Notary(Layout(tmp_path), Disk(), other.signing, on_broken=lambda: told.append("broken"))

    looks = [notary.look(f"2027-02-01T00:00:{second}.000000Z") for second in ("00", "29")]
    early = list(told)
    looks += [notary.look(f"2027-02-01T00:0{minute}:00.000000Z") for minute in (1, 2)]

    assert ([False] * 4, [], ["broken"]) == (looks, early, told)
    assert notary.is_broken
    assert (published, []) == ((tmp_path / "epochs.jsonl").read_bytes(), other.offered)
    assert [] == verify_folder(tmp_path).findings


async def test_who_has_not_heard_of_a_new_key_yet_signs_when_it_has(tmp_path: Path) -> None:
    """
    Meanwhile nothing that is published is taken back.
    """
    desk = Desk(tmp_path)
    scribe = await desk.open()
    late = SigningKeys(desk.signing.origin, desk.keys, desk.store)
    await late.ensure(SINCE)
    await desk.signing.rotate(LATER)
    scribe.turn()
    scribe.stop()
    news = tmp_path / "writers" / "new"
    news.mkdir()
    head = Head(writer="new", records=1, root="0" * 64, last="0" * 64, time=LATER)
    (news / "head").write_bytes(msgspec.json.encode(head))
    notary = Notary(Layout(tmp_path), Disk(), late)

    early = notary.look(LATER)
    late.take(await desk.store.list(KIND), is_whole=True)

    assert (False, True) == (early, notary.look(LATER))
    assert 2 == len((tmp_path / "epochs.jsonl").read_bytes().splitlines())


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


async def test_a_writer_that_is_signed_to_its_end_is_not_looked_at_again(tmp_path: Path) -> None:
    """
    There is one for each process that ever wrote, and a look each second.
    """
    desk = Desk(tmp_path)
    scribe = await desk.open()
    scribe.turn()
    scribe.stop()
    (writer,) = (tmp_path / "writers").iterdir()
    notary = Notary(Layout(tmp_path), Disk(), desk.signing)
    at_first = notary.look(LATER)
    head = Head(writer=writer.name, records=10**6, root="00" * 32, last="00" * 32, time=LATER)
    (writer / "head").write_bytes(msgspec.json.encode(head))

    assert [False, False] == [at_first, notary.look(LATER)]
