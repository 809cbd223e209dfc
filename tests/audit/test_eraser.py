"""The one who forgets a person, or a period."""

from pathlib import Path

import pytest

from gateway.audit.holds import HoldStands
from gateway.audit.verify.folder import verify_folder
from tests.fakes.audit_office import OfficeSide
from tests.fakes.audit_side import records_in


async def test_an_erased_person_is_unreadable_and_the_log_verifies(tmp_path: Path) -> None:
    """
    Their texts are gone, those of others stay; the record names the key and the hashes, and nobody.
    """
    office = await OfficeSide(tmp_path).session()
    for user in ("maria", "jo", "maria", None):
        await office.ask(user)

    erased = await office.eraser.erase("acme", "maria", "asked for by letter")

    office.room.scribe.turn()
    [record] = [one for one in records_in(tmp_path) if one["event"] == "subject.erased"]
    assert (4, [erased.key_id]) == (erased.texts, record["keys"])
    assert 4 == office.texts()
    hashes = {one["subject"] for one in records_in(tmp_path) if one.get("request_id") == "req_1"}
    assert hashes <= set(record["subjects"])
    assert "maria" not in str(record)
    assert [] == (await office.close()).findings


async def test_what_a_person_says_afterwards_has_another_key(tmp_path: Path) -> None:
    """
    And can be erased again.
    """
    office = await OfficeSide(tmp_path).session()
    await office.ask("maria")
    first = await office.eraser.erase("acme", "maria", None)
    await office.ask("maria")

    second = await office.eraser.erase("acme", "maria", None)

    assert first.key_id != second.key_id
    assert (2, 2, 0) == (first.texts, second.texts, office.texts())
    assert (await office.close()).is_good


async def test_of_whom_nothing_was_kept_the_wish_is_on_record(tmp_path: Path) -> None:
    """
    So that it can be shown that it was heard.
    """
    office = await OfficeSide(tmp_path).session()

    erased = await office.eraser.erase("acme", "nobody", None)

    assert (None, 0) == (erased.key_id, erased.texts)
    assert ["subject.erased"] == office.events()
    assert (await office.close()).is_good


async def test_what_is_held_is_not_erased(tmp_path: Path) -> None:
    """
    Until the hold is lifted; both are on record.
    """
    office = await OfficeSide(tmp_path).session()
    await office.ask("maria")
    assert await office.eraser.place_hold("file-7", "acme", ["maria"], "a court")
    assert not await office.eraser.place_hold("file-7", "acme", [], None)

    with pytest.raises(HoldStands):
        await office.eraser.erase("acme", "maria", None)
    with pytest.raises(HoldStands):
        await office.eraser.forget_period("acme", "2027-01")
    assert 2 == office.texts()
    assert await office.eraser.lift_hold("file-7", None)
    assert not await office.eraser.lift_hold("file-7", None)
    await office.eraser.erase("acme", "maria", None)

    assert ["hold.placed", "hold.lifted", "subject.erased"] == office.events()[2:]
    assert (await office.close()).is_good


async def test_a_forgotten_period_names_nobody_any_more(tmp_path: Path) -> None:
    """
    Its hashes stay in the log, and can be tied to no value; it is forgotten once.
    """
    office = await OfficeSide(tmp_path).session()
    await office.ask("maria")
    before = office.eraser.hashes("acme", "maria")

    assert await office.eraser.forget_period("acme", "2027-01")
    assert await office.eraser.forget_period("acme", "2027-02")

    assert 4 == len(before)
    assert () == office.eraser.hashes("acme", "maria")
    assert not await office.eraser.forget_period("acme", "1999-01")
    assert (await office.close()).is_good


async def test_the_ciphertext_goes_when_it_is_on_record_why(tmp_path: Path) -> None:
    """
    A process that is killed right after leaves no text whose absence nobody explains.
    """
    office = await OfficeSide(tmp_path).session()
    await office.ask("maria")

    await office.eraser.erase("acme", "maria", None)

    assert "subject.erased" in [record["event"] for record in records_in(tmp_path)]
    assert (0, []) == (office.texts(), verify_folder(tmp_path).findings)


async def test_who_is_known_by_a_token_alone_is_erased_too(tmp_path: Path) -> None:
    """
    What was kept of requests that name nobody has the key of the token's person; the record names them so.
    """
    office = await OfficeSide(tmp_path).session()
    await office.ask(None, bearer="maria")
    await office.ask(None, bearer="otto")
    await office.ask(None)

    erased = await office.eraser.erase("acme", "maria", None)

    records = records_in(tmp_path)
    [told] = [one for one in records if one["event"] == "subject.erased"]
    assert (2, 4) == (erased.texts, office.texts())
    assert {one["user"] for one in records if one.get("request_id") == "req_1" and "user" in one} <= set(
        told["subjects"]
    )
    assert [] == (await office.close()).findings


async def test_an_erasure_that_cannot_be_recorded_says_what_was_done(tmp_path: Path) -> None:
    """
    Which key is destroyed, so that it can be put on record by hand; the ciphertext stays, and is noise.
    """
    office = await OfficeSide(tmp_path).session()
    await office.ask("maria")
    office.lose_the_disk()

    with pytest.raises(OSError, match=r"The key [0-9a-f]{16} is destroyed, and this is not on record"):
        await office.eraser.erase("acme", "maria", None)

    assert 2 == office.texts()
