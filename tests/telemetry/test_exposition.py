"""A page of metrics is written while requests go on."""

import asyncio
from collections import Counter
from collections.abc import Iterator

from gateway.telemetry.exposition import expose
from gateway.telemetry.family import counter
from gateway.telemetry.reading import Reading
from tests.fakes.virtual_time import in_virtual_time

_ASKED = counter("asked_total", "Who asked.", "who", "how")


@in_virtual_time
async def test_a_long_page_lets_others_have_their_turn() -> None:
    """
    After a thousand lines at most, and for a while: a request takes several turns.
    """
    loop = asyncio.get_running_loop()
    turns = Counter[float]()

    def account() -> Iterator[Reading]:
        for number in range(10_000):
            turns[loop.time()] += 1
            yield Reading((str(number), ""), 1)

    body, _ = await expose([(_ASKED, account())], "")

    assert 10_002 == body.count(b"\n")
    assert max(turns.values()) <= 1000
    assert 10 <= len(turns)
