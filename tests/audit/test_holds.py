"""Legal holds."""

import pytest

from gateway.audit.holds import Hold, Holds, HoldStands
from gateway.foundation.state_store import MemoryStateStore

PLACED = "2027-01-15T08:00:00.000000Z"


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
