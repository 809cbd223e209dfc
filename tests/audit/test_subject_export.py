"""Everything that is kept about one person, as one document."""

from pathlib import Path

from tests.fakes.audit_office import OfficeSide
from tests.fakes.audit_side import records_in


async def test_a_person_gets_all_of_theirs_and_nothing_of_others(tmp_path: Path) -> None:
    """
    The records, and the texts in the clear; that it was given out is on record, without the name.
    """
    office = await OfficeSide(tmp_path).session()
    for user in ("maria", "jo", "maria"):
        await office.ask(user)

    document = await office.exporter.export("acme", "maria")

    assert {"req_1", "req_3"} == {record["request_id"] for record in document["records"]}
    assert 4 == len(document["records"])
    texts = " ".join(text["text"] for text in document["texts"])
    assert "an answer to maria" in texts
    assert "jo" not in texts
    office.room.scribe.turn()
    [record] = [one for one in records_in(tmp_path) if one["event"] == "subject.exported"]
    assert (4, 4) == (record["records"], record["contents"])
    assert "maria" not in str(record)
    assert (await office.close()).is_good


async def test_after_an_erasure_only_the_records_are_left(tmp_path: Path) -> None:
    """
    Of a person of whom nothing was kept there is nothing.
    """
    office = await OfficeSide(tmp_path).session()
    await office.ask("maria")
    await office.eraser.erase("acme", "maria", None)

    erased = await office.exporter.export("acme", "maria")
    nobody = await office.exporter.export("acme", "nobody")

    assert (2, 0) == (len(erased["records"]), len(erased["texts"]))
    assert ([], []) == (nobody["records"], nobody["texts"])


async def test_who_is_known_by_a_token_gets_all_of_theirs(tmp_path: Path) -> None:
    """
    Also the ends of requests whose first record alone names the person, over segments; not what a request
    of another's name was kept under, though it was asked with this person's token.
    """
    office = await OfficeSide(tmp_path).session(segment_bytes=1)
    await office.ask(None, bearer="maria")
    await office.ask("jo", bearer="maria")
    await office.ask(None, bearer="otto")
    await office.ask(None)

    document = await office.exporter.export("acme", "maria")

    requests = [(record["request_id"], record["event"]) for record in document["records"]]
    assert [
        (request_id, event)
        for request_id in ("req_1", "req_2")
        for event in ("request.admitted", "request.completed")
    ] == requests
    assert {"req_1"} == {text["request_id"] for text in document["texts"]}
    assert 2 == len(document["texts"])
