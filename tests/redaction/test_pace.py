"""Turns for others, counted and not timed."""

import pytest

from gateway.redaction.pace import CHARACTERS_PER_TRY, STEP, Pace, reading
from tests.fakes.sealing import Sealer
from tests.fakes.turns import Others


@pytest.mark.parametrize(("work", "turns"), [(1, 3), (STEP - 1, 3 * STEP // 2), (STEP, 3 * STEP)])
async def test_others_have_a_turn_after_every_step(work: int, turns: int) -> None:
    """
    However the work is divided, no more than a step and one piece is done in one go.
    """
    pace = Pace()

    rested = [await pace.rest(work) for _ in range(3 * STEP)]

    assert turns == sum(rested)


async def test_what_is_counted_is_due_until_others_had_their_turn() -> None:
    """
    To count takes no turn by itself.
    """
    pace = Pace()

    assert [False, True, True] == [pace.is_due(work) for work in (STEP - 1, 1, 0)]
    assert await pace.rest(0)
    assert not pace.is_due(STEP - 1)


@pytest.mark.parametrize(("characters", "work"), [(0, 0), (CHARACTERS_PER_TRY, 1), (64 * STEP, STEP)])
def test_to_read_is_work_too(characters: int, work: int) -> None:
    """
    Text without anything in it takes its turns as well.
    """
    assert work == reading(characters)


@pytest.mark.parametrize("messages", [1, 1_000])
async def test_a_request_of_nothing_but_numbers_lets_others_have_their_turns(messages: int) -> None:
    """
    As many turns as there are steps in finding, noting, minting and replacing them, in one text or in many.
    """
    texts = ["，".join(f"138{number:08}" for number in range(1_000))] if messages == 1 else []
    texts = texts or [f"138{number:08}" for number in range(messages)]

    async with Others() as others:
        sent, _ = await Sealer().said(*texts)

    assert not any("138" in text for text in sent)
    assert others.turns >= 5 * 1_000 // STEP
