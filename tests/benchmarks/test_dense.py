"""Measuring turns, without timing them."""

import asyncio

from benchmarks.dense import DENSE, longest_turn


def test_the_longest_turn_is_one_between_two_rests() -> None:
    """
    Whatever the work returns is handed on, and no turn takes no time at all.
    """

    async def work() -> int:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return 7

    result, longest = longest_turn(work())

    assert 7 == result
    assert longest > 0


def test_every_dense_text_holds_thousands_of_values() -> None:
    """
    In one text or in many.
    """
    assert all(sum(map(len, contents)) > 80_000 for contents in DENSE.values())
