"""Legal holds."""

import asyncio

import pytest

from gateway.audit.holds import Hold, Holds, HoldStands
from gateway.foundation.state_store import Entry, MemoryStateStore

PLACED = "2027-01-15T08:00:00.000000Z"


class SharedStore(MemoryStateStore):
    """A store like one over a network: others have their turn while it answers."""

    async def read(self, kind: str, name: str) -> Entry | None:
        """Answer later what was there now."""
        found = await super().read(kind, name)
        await asyncio.sleep(0)
        return found


async def test_a_hold_stands_until_it_is_lifted() -> None:
    """
    Under a name of which there is one.
    """
    holds = Holds(MemoryStateStore())
    hold = Hold(name="file-7", tenant="acme", placed=PLACED)

    assert await holds.place(hold)
    assert not await holds.place(hold)
    assert [hold] == await holds.all()
    assert hold == await holds.lift("file-7")
    assert await holds.lift("file-7") is None
    await holds.demand_free("acme")


async def test_a_hold_is_lifted_by_one() -> None:
    """
    Of two who lift it at once one has done it, and the log says so once.
    """
    holds = Holds(SharedStore())
    hold = Hold(name="file-7", tenant="acme", placed=PLACED)
    await holds.place(hold)

    lifted = await asyncio.gather(holds.lift("file-7"), holds.lift("file-7"))

    assert [hold, None] == list(lifted)


@pytest.mark.parametrize(
    ("references", "asked", "is_held"),
    [
        ((), ("acme", "acme/1"), True),
        ((), ("acme", None), True),
        ((), ("bolt", None), False),
        (("acme/1",), ("acme", "acme/1"), True),
        (("acme/1",), ("acme", "acme/2"), False),
        (("acme/1",), ("acme", None), True),
    ],
)
async def test_a_hold_covers_what_it_names(
    references: tuple[str, ...], asked: tuple[str, str | None], is_held: object
) -> None:
    """
    A person, or everything of a tenant; and what would touch everybody is held by any.
    """
    holds = Holds(MemoryStateStore())
    await holds.place(
        Hold(name="file-7", tenant="acme", references=references, placed=PLACED, reason="a court")
    )

    if is_held:
        with pytest.raises(HoldStands, match=r"file-7.*a court.*hold lift file-7"):
            await holds.demand_free(*asked)
    else:
        await holds.demand_free(*asked)
