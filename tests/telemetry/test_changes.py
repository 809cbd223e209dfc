"""Only what became different is told again."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as some

from gateway.telemetry.catalogue import BY_NAME, NOTICES, UPSTREAM_ATTEMPTS
from gateway.telemetry.changes import Changes
from gateway.telemetry.reading import Account, Labels, Reading

_FAMILIES = (NOTICES, UPSTREAM_ATTEMPTS)
_Values = Mapping[tuple[str, str], int]
_VALUES = some.dictionaries(
    some.tuples(some.sampled_from([family.name for family in _FAMILIES]), some.sampled_from("abcd")),
    some.integers(0, 2),
)


def account_of(values: _Values) -> Account:
    """Return these values, by family and label, as a process tells them."""
    return [
        (family, [Reading((label,), value) for (name, label), value in values.items() if name == family.name])
        for family in _FAMILIES
    ]


class Listener:
    """Whoever hears the changes alone and knows how everything is."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, Labels], float] = {}
        self.heard = 0

    def hear(self, changes: Changes, values: _Values, size: int, *, leave_after: int | None = None) -> None:
        """Hear what changed, or only so many parts of it."""
        for number, part in enumerate(changes.parts(account_of(values), size), start=1):
            for name, readings in part.told.items():
                self.heard += len(readings)
                self.values |= {(name, reading.labels): reading.value for reading in readings}
            for name, labels in part.gone.items():
                for one in labels:
                    del self.values[name, one]
            if number == leave_after:
                return


@given(some.lists(_VALUES, min_size=1), some.integers(1, 5), some.data())
def test_who_hears_the_changes_knows_everything(
    moments: list[_Values], size: int, data: some.DataObject
) -> None:
    """
    However long the parts are, and also when some tellings were broken off between two parts.
    """
    changes, listener = Changes(), Listener()

    for values in moments[:-1]:
        listener.hear(changes, values, size, leave_after=data.draw(some.none() | some.integers(1, 3)))
    listener.hear(changes, moments[-1], size)

    expected = {(name, (label,)): value for (name, label), value in moments[-1].items()}
    assert expected == listener.values


@given(_VALUES, _VALUES)
def test_what_is_as_it_was_is_not_told_again(before: _Values, now: _Values) -> None:
    """
    A series is told when it is new or has another value, and never else.
    """
    changes, listener = Changes(), Listener()
    listener.hear(changes, before, 3)
    listener.heard = 0

    listener.hear(changes, now, 3)

    assert len(now.items() - before.items()) == listener.heard


def test_no_part_looks_at_more_series_than_it_may() -> None:
    """
    Also where nothing changed: looking takes time too.
    """
    values = {(NOTICES.name, str(number)): number for number in range(10)}
    changes = Changes()

    told = [sum(map(len, part.told.values())) for part in changes.parts(account_of(values), 4)]
    again = [part.told for part in changes.parts(account_of(values), 4)]

    assert [4, 4, 2] == told
    assert [{}, {}, {}] == again
    assert NOTICES is BY_NAME[NOTICES.name]
