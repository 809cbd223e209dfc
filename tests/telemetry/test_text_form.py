"""Metrics as text, read again by the parsers of the Prometheus library."""

import asyncio
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.telemetry.exposition import expose
from gateway.telemetry.family import counter, gauge, histogram, money
from gateway.telemetry.reading import Exemplar, Reading
from gateway.telemetry.text_form import OPENMETRICS, PLAIN, TextForm, lines_of
from tests.fakes.measured import OPEN, samples_of, values_of

_ASKED = counter("asked_total", "Who asked.", "who", "how")
_SPENT = money("spent_total", "What was spent.")
_RUNNING = gauge("running", "What runs.")
_TOOK = histogram("took_seconds", "How long it took.", "who", buckets=(0.5, 2.0))
_NAMES = some.text(some.characters(exclude_categories=["Cs"]), max_size=8)


@pytest.mark.parametrize("accept", ["", OPEN])
@given(some.dictionaries(some.tuples(_NAMES, _NAMES), some.integers(0, 2**53)))
def test_whatever_stands_in_a_label_is_read_again(accept: str, counts: dict[tuple[str, str], int]) -> None:
    """
    Quotes, line breaks and backslashes included.
    """
    account = [(_ASKED, [Reading(labels, count) for labels, count in counts.items()])]

    expected = {
        ("asked_total", frozenset({("who", who), ("how", how)})): count
        for (who, how), count in counts.items()
    }
    assert expected == values_of(account, accept)


@pytest.mark.parametrize("accept", ["", OPEN])
@given(some.floats(allow_nan=False))
def test_a_number_is_read_as_it_was(accept: str, value: float) -> None:
    """
    Also one that is large, small, or beyond all numbers.
    """
    assert [value] == list(values_of([(_RUNNING, [Reading((), value)])], accept).values())


@given(some.integers(0, 10**24))
def test_money_is_told_in_units_to_the_last_millionth(micros: int) -> None:
    """
    However much it is: what was counted exactly is told exactly.
    """
    body, _ = asyncio.run(expose([(_SPENT, [Reading((), micros)])], ""))

    assert Decimal(micros) / 10**6 == Decimal(body.decode().split()[-1])


def test_no_number_is_told_as_none() -> None:
    """
    A ratio of nothing, say.
    """
    [value] = values_of([(_RUNNING, [Reading((), math.nan)])]).values()

    assert math.isnan(value)


@pytest.mark.parametrize("accept", ["", OPEN])
def test_buckets_add_up_from_below(accept: str) -> None:
    """
    The last one is everything, which is the count.
    """
    values = values_of([(_TOOK, [Reading(("a",), 7.5, (2, 1, 1))])], accept)

    expected = {("took_seconds_sum", frozenset({("who", "a")})): 7.5}
    expected["took_seconds_count", frozenset({("who", "a")})] = 4
    for bound, count in (("0.5", 2), ("2.0", 3), ("+Inf", 4)):
        expected["took_seconds_bucket", frozenset({("who", "a"), ("le", bound)})] = count
    assert expected == values


def test_a_bucket_names_a_trace_in_openmetrics_alone() -> None:
    """
    The plain format has no place for it.
    """
    exemplar = Exemplar(1, 1.25, 1_800_000_000.5, "4bf92f3577b34da6a3ce929d0e0e4736")
    account = [(_TOOK, [Reading(("a",), 1.25, (0, 1, 0), (exemplar,))])]

    [told] = [sample.exemplar for sample in samples_of(account) if sample.exemplar is not None]
    body, _ = asyncio.run(expose(account, ""))

    assert ({"trace_id": exemplar.trace_id}, 1.25) == (told.labels, told.value)
    assert told.timestamp is not None
    assert str(told.timestamp).startswith("1800000000.5")
    assert b"trace_id" not in body


@pytest.mark.parametrize(
    ("accept", "media_type", "end"),
    [
        ("", "text/plain; version=0.0.4", b"running 1\n"),
        ("*/*", "text/plain; version=0.0.4", b"running 1\n"),
        (f"{OPEN}; version=1.0.0", f"{OPEN}; version=1.0.0", b"# EOF\n"),
    ],
)
def test_the_format_is_the_one_that_is_asked_for(accept: str, media_type: str, end: bytes) -> None:
    """
    OpenMetrics for who accepts it, the plain text for everybody else.
    """
    body, content_type = asyncio.run(expose([(_RUNNING, [Reading((), 1)])], accept))

    assert content_type.startswith(media_type)
    assert body.endswith(end)


@pytest.mark.parametrize("form", [PLAIN, OPENMETRICS])
def test_how_many_lines_a_series_has_is_known_before(form: TextForm) -> None:
    """
    Of a histogram one for each bucket, and two.
    """
    told = [(_RUNNING, Reading((), 1)), (_TOOK, Reading(("a",), 7.5, (2, 1, 1)))]

    for family, reading in told:
        assert form.series(family, reading).count("\n") == lines_of(reading)
