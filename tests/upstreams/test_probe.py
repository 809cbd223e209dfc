"""Whether a server is there at all."""

from dataclasses import replace

from gateway.upstreams.probe import find_answering
from gateway.upstreams.target import Origin, Upstream
from gateway.upstreams.transport import ConnectFailed, TransportTimedOut
from gateway.vocabulary.residency import Residency
from tests.fakes.upstream_side import ScriptedReply, ScriptedTransport
from tests.fakes.virtual_time import in_virtual_time

ASKED = [
    Upstream(
        name, "probe", Origin("http", "127.0.0.1", port), base, Residency.ON_PREMISES, transport="scripted"
    )
    for name, port, base in [("vllm", 8000, "/v1"), ("sglang", 30000, "/v1"), ("llama", 8081, "")]
]


@in_virtual_time
async def test_any_answer_counts() -> None:
    """
    A server that refuses to list its models is there all the same; one that is down or silent is not.
    """
    transport = ScriptedTransport(
        ScriptedReply(b"no", status=401),
        ConnectFailed("refused"),
        TransportTimedOut("silent", phase="head"),
    )

    found = await find_answering({"scripted": transport}, ASKED)

    assert {"vllm"} == found


@in_virtual_time
async def test_it_asks_for_the_models_and_nothing_else() -> None:
    """
    One GET below each base path, without a credential or a body.
    """
    replies = [ScriptedReply() for _ in ASKED]
    transport = ScriptedTransport(*replies)

    await find_answering({"scripted": transport}, ASKED)

    assert ["/v1/models", "/v1/models", "/models"] == [call.target for call in transport.calls]
    assert {("GET", b"", None)} == {(c.method, c.body, c.upstream.credential) for c in transport.calls}
    assert all(reply.is_closed for reply in replies)


@in_virtual_time
async def test_each_is_asked_on_the_way_of_its_calls() -> None:
    """
    Who is reached through a proxy alone is not there for anybody else.
    """
    near, far = ScriptedTransport(ConnectFailed("refused")), ScriptedTransport(ScriptedReply())
    behind = replace(ASKED[0], transport="far", forward_proxy="http://proxy:3128", http2=True)

    found = await find_answering({"scripted": near, "far": far}, [behind, ASKED[1]])

    assert {"vllm"} == found
    assert [behind] == [call.upstream for call in far.calls]
