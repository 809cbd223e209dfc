"""A request's head holds what it says and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstreams.request_head import check_call, request_head
from tests.fakes.upstream_calls import a_call, an_upstream


def test_a_head_is_written() -> None:
    """
    Request line, our fields, the caller's, the length of the body, a blank line.
    """
    call = a_call(
        an_upstream(443, host="api.example", scheme="https"),
        b"{}",
        target="/v1/chat?x=1",
        headers=((b"Accept", b"*/*"), (b"authorization", b"Bearer k")),
    )

    assert (
        b"POST /v1/chat?x=1 HTTP/1.1\r\nhost: api.example\r\naccept-encoding: identity\r\n"
        b"via: 1.1 deepseek-gateway\r\nAccept: */*\r\nauthorization: Bearer k\r\ncontent-length: 2\r\n\r\n"
    ) == request_head(call)


@given(
    st.lists(st.tuples(st.binary(max_size=6), st.binary(max_size=6)), max_size=4),
    st.text(max_size=6).map(lambda text: "/" + text),
    st.sampled_from(["POST", "GET", "HEAD", "GET ", "", "post"]),
)
def test_a_head_has_exactly_its_lines(headers: list[tuple[bytes, bytes]], target: str, method: str) -> None:
    """
    Whatever the parts, either they are refused or the head has one line for each.
    """
    call = a_call(an_upstream(80), method=method, target=target, headers=tuple(headers))
    try:
        head = request_head(call)
    except ValueError:
        with pytest.raises(ValueError, match=r"header|target|method"):
            check_call(call)
        return

    lines = head.split(b"\r\n")
    assert len(headers) + 5 + 2 == len(lines)
    assert [b"%b: %b" % field for field in headers] == lines[4:-3]
    assert not any(control in b"".join(lines) for control in (b"\r", b"\n", b"\0"))


@pytest.mark.parametrize(
    "name",
    [b"Host", b"content-length", b"Transfer-Encoding", b"connection", b"TE", b"upgrade", b"Expect", b"via"],
)
def test_what_the_transport_writes_nobody_else_does(name: bytes) -> None:
    """
    Framing and hop-by-hop fields have one writer.
    """
    with pytest.raises(ValueError, match="written by the transport"):
        request_head(a_call(an_upstream(80), headers=((name, b"1"),)))


def test_a_field_that_is_refused_is_named_without_its_value() -> None:
    """
    The value may be a credential.
    """
    headers = ((b"accept", b"*/*"), (b"authorization", b"Bearer sk-secret\r\n"))

    with pytest.raises(ValueError, match="'authorization'") as raised:
        request_head(a_call(an_upstream(80), headers=headers))

    assert "sk-secret" not in str(raised.value)
