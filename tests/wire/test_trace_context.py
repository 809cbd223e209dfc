"""W3C Trace Context, read strictly."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.trace_context import STATE_BYTES, Trace, read_state, read_trace

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{SPAN}-01"

keys = st.from_regex(
    r"[a-z][a-z0-9_\-*/]{0,30}|[a-z0-9][a-z0-9_\-*/]{0,30}@[a-z][a-z0-9_\-*/]{0,13}", fullmatch=True
)
values = st.from_regex(r"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,60}[\x21-\x2b\x2d-\x3c\x3e-\x7e]", fullmatch=True)


def read(parent: str, state: str | None = None) -> Trace | None:
    headers = {b"traceparent": parent.encode("latin-1")}
    return read_trace(headers if state is None else headers | {b"tracestate": state.encode("latin-1")})


@pytest.mark.parametrize(
    ("parent", "is_sampled"),
    [
        (GOOD, True),
        (f"00-{TRACE}-{SPAN}-00", False),
        (f"00-{TRACE}-{SPAN}-ff", True),
        (f"00-{TRACE}-{SPAN}-02", False),
        (f"01-{TRACE}-{SPAN}-01", True),
        (f"fe-{TRACE}-{SPAN}-01-what-comes-later", True),
        (f"cc-{TRACE}-{SPAN}-01-", True),
    ],
)
def test_a_trace_is_read(parent: str, *, is_sampled: bool) -> None:
    """
    Of a later version its beginning counts, which every version shares.
    """
    assert Trace(TRACE, is_sampled) == read(parent)


@pytest.mark.parametrize(
    "parent",
    [
        "",
        "00",
        GOOD[:-1],
        GOOD + "-",
        GOOD + "-more",
        GOOD + " ",
        " " + GOOD,
        GOOD.upper(),
        GOOD.replace("-", "_"),
        f"ff-{TRACE}-{SPAN}-01",
        f"0g-{TRACE}-{SPAN}-01",
        f"1-{TRACE}-{SPAN}-01",
        f"01-{TRACE}-{SPAN}-01.more",
        f"01-{TRACE}-{SPAN}-011",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}0-{SPAN}-01",
        f"00-{TRACE}-{SPAN}0-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-0x",
        f"{GOOD},{GOOD}",
        f"00-{TRACE}-{SPAN}-01\n",
        "00-\xb2" + TRACE[1:] + f"-{SPAN}-01",
    ],
)
def test_what_breaks_a_rule_is_no_trace(parent: str) -> None:
    """
    Neither is its tracestate.
    """
    assert read(parent, "vendor=1") is None


def test_who_names_no_trace_has_none() -> None:
    """
    A tracestate alone says nothing.
    """
    assert read_trace({b"tracestate": b"vendor=1"}) is None


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        ("", ""),
        ("a=1", "a=1"),
        (" a=1 ,\t, b=2,", "a=1,b=2"),
        ("a=1,,b=2", "a=1,b=2"),
        ("tenant@system=x", "tenant@system=x"),
        ("0tenant@system=x", "0tenant@system=x"),
        ("a= leading blank", "a= leading blank"),
        ("a=1,a=2", ""),
        ("A=1", ""),
        ("0a=1", ""),
        ("a", ""),
        ("a=", ""),
        ("=1", ""),
        ("a=b=c", ""),
        ("a@b@c=1", ""),
        ("a=\xe4", ""),
        ("a=\x01", ""),
        (f"{'k' * 256}=1", f"{'k' * 256}=1"),
        (f"{'k' * 257}=1", ""),
        (f"a={'v' * 256}", f"a={'v' * 256}"),
        (f"a={'v' * 257}", ""),
        (",".join(f"k{number}=1" for number in range(32)), ",".join(f"k{number}=1" for number in range(32))),
        (",".join(f"k{number}=1" for number in range(33)), ""),
    ],
)
def test_a_state_is_kept_whole_or_not_at_all(state: str, kept: str) -> None:
    """
    One broken member, one repeated key or a member too many, and nothing of it is known to be true.
    """
    assert Trace(TRACE, is_sampled=True, state=kept.encode()) == read(GOOD, state)


def test_of_a_long_state_large_members_go_first_then_the_last() -> None:
    """
    The newest members stand in front and stay.
    """
    small = [f"k{number}={'v' * 60}" for number in range(10)]
    state = ",".join([small[0], f"large={'v' * 200}", *small[1:]])

    kept = read_state(state.encode())

    assert ",".join(small[:8]).encode() == kept
    assert len(kept) <= STATE_BYTES


def test_the_trace_goes_on_from_a_span_of_ours() -> None:
    """
    In version 00, with no flag but the one that we know.
    """
    trace = read(f"01-{TRACE}-{SPAN}-ff-later", "vendor=1")

    assert trace is not None
    assert (
        (b"traceparent", f"00-{TRACE}-{'1' * 16}-01".encode()),
        (b"tracestate", b"vendor=1"),
    ) == trace.fields("1" * 16)


@given(trace_id=st.integers(1, 2**128 - 1), span=st.integers(1, 2**64 - 1), sampled=st.booleans())
def test_what_is_written_is_read_again(trace_id: int, span: int, *, sampled: bool) -> None:
    """
    Every trace that can be.
    """
    trace = Trace(f"{trace_id:032x}", sampled)

    assert trace == read_trace(dict(trace.fields(f"{span:016x}")))


@given(st.binary(max_size=80), st.binary(max_size=700))
def test_nothing_but_a_trace_comes_out_of_any_bytes(parent: bytes, state: bytes) -> None:
    """
    Whatever a caller sends, what goes on is well-formed and bounded.
    """
    trace = read_trace({b"traceparent": parent, b"tracestate": state})

    assert trace is None or re.fullmatch("[0-9a-f]{32}", trace.trace_id)
    assert len(read_state(state)) <= STATE_BYTES
    assert re.fullmatch(rb"[\x20-\x7e]*", read_state(state))


@given(st.lists(st.tuples(keys, values), max_size=40, unique_by=lambda pair: pair[0]))
def test_a_good_state_loses_nothing_but_what_is_too_much(members: list[tuple[str, str]]) -> None:
    """
    What is kept stands in the same order, is within the bound, and is read again as it is.
    """
    parts = [f"{key}={value}".encode() for key, value in members]

    kept = read_state(b",".join(parts))

    left = kept.split(b",") if kept else []
    assert left == [part for part in parts if part in left]
    assert kept == read_state(kept)
    if len(parts) <= 32 and len(b",".join(parts)) <= STATE_BYTES:
        assert parts == left
