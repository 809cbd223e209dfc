"""Books in the surroundings of a process: who answers, who pretends, and where that is refused."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from gateway.foundation.state_store import StateUnavailable
from gateway.foundation.trust import trusting_context
from gateway.identity.api_key import hash_of
from gateway.policy.access import ExtraKey
from gateway.policy.book import PolicyBook
from gateway.policy.errors import PolicyRejected, PolicyUndecided
from gateway.policy_source import PolicySource
from gateway.simulator.server import Simulator
from gateway.upstreams.http1.transport import Http1Transport
from gateway.upstreams.target import Target
from gateway.vocabulary.caller import Caller

SHIPPED = Path(__file__).resolve().parents[1] / "policies"
DEMO = Caller("demo", "default", "demo", "api_key")


async def _nothing(_book: PolicyBook) -> None:
    """Need nothing before a book is valid."""


@asynccontextmanager
async def a_source(
    environ: Mapping[str, str] | None = None,
    *,
    folder: Path = SHIPPED,
    is_loopback: bool = True,
    prepare: Callable[[PolicyBook], Awaitable[None]] = _nothing,
) -> AsyncIterator[PolicySource]:
    """A source of the shipped policies, unless another folder is named."""
    transport = Http1Transport(trusting_context(None))
    source = PolicySource(
        folder,
        environ or {},
        transports={"http1": transport},
        extra_keys=(ExtraKey("demo", "demo", hash_of("open sesame")),),
        is_loopback=is_loopback,
        prepare=prepare,
    )
    try:
        yield source
    finally:
        await source.close()
        await transport.close()


async def test_without_a_server_the_simulator_is_started() -> None:
    """
    It serves on a loopback address, and every model goes to it.
    """
    async with a_source() as source:
        book = await source.read()

        assert source.simulator is not None
        assert source.simulator.base_url.startswith("http://127.0.0.1:")
        assert ["simulator"] == _route(book.terms(DEMO, "deepseek-chat").targets)


async def test_a_book_is_made_ready_before_it_is_valid() -> None:
    """
    The tenants of a book have their keys when the book is given out.
    """
    prepared: list[str] = []

    async def prepare(book: PolicyBook) -> None:
        prepared.extend(book.plans)

    async with a_source(prepare=prepare) as source:
        await source.read()

    assert ["demo"] == prepared


async def test_a_book_that_cannot_be_made_ready_is_undecided() -> None:
    """
    With the state store down, the old policies stay for now: nothing says that the new ones are bad.
    """

    async def prepare(_book: PolicyBook) -> None:
        raise StateUnavailable("The state store does not answer.")

    async with a_source(prepare=prepare) as source:
        with pytest.raises(PolicyUndecided, match=r"tenants/: cannot have their keys: The state store"):
            await source.read()


async def test_the_built_in_simulator_remembers_nothing_and_takes_no_orders() -> None:
    """
    Requests would pile up in it, and any user of this machine could read them there.
    """
    question = {"model": "deepseek-flash", "messages": [{"role": "user", "content": "private"}]}
    async with a_source() as source:
        await source.read()
        assert source.simulator is not None
        async with httpx2.AsyncClient(base_url=source.simulator.base_url) as client:
            answered = await client.post("/chat/completions", json=question)
            records = await client.get("/sim/records")
            script = await client.post("/sim/script", json={"default": {"status": 500}})

        assert (200, 404, 404) == (answered.status_code, records.status_code, script.status_code)
        assert [] == source.simulator.records


async def test_with_a_key_for_deepseek_there_is_no_simulator() -> None:
    """
    Hosted DeepSeek comes first, and nothing pretends.
    """
    async with a_source({"DEEPSEEK_API_KEY": "sk-hosted"}) as source:
        book = await source.read()

        assert source.simulator is None
        assert ["deepseek"] == _route(book.terms(DEMO, "deepseek-chat").targets)


async def test_a_local_server_that_answers_is_used() -> None:
    """
    It was asked whether it is there.
    """
    async with Simulator() as local, a_source({"LOCAL_BASE_URL": f"{local.base_url}/v1"}) as source:
        book = await source.read()

        assert source.simulator is None
        assert ["local"] == _route(book.terms(DEMO, "deepseek-chat").targets)
        assert "/v1/models" == local.records[0].path


async def test_a_local_server_that_does_not_answer_is_not_used() -> None:
    """
    The simulator stands in for it.
    """
    async with Simulator() as local:
        url = local.base_url

    async with a_source({"LOCAL_BASE_URL": f"{url}/v1"}) as source:
        book = await source.read()

        assert ["simulator"] == _route(book.terms(DEMO, "deepseek-chat").targets)


async def test_a_local_server_that_comes_later_is_found_by_a_reload() -> None:
    """
    The simulator steps back as soon as something real answers.
    """
    async with Simulator() as local:
        local.refuse_connections()
        async with a_source({"LOCAL_BASE_URL": f"{local.base_url}/v1"}) as source:
            before = await source.read()
            await local.accept_connections()

            after = await source.read()

    assert ["simulator"] == _route(before.terms(DEMO, "deepseek-chat").targets)
    assert ["local"] == _route(after.terms(DEMO, "deepseek-chat").targets)


async def test_the_simulator_is_started_once() -> None:
    """
    A reload finds the one that runs.
    """
    async with a_source() as source:
        await source.read()
        first = source.simulator

        await source.read()

        assert first is source.simulator


async def test_where_others_can_connect_nothing_pretends() -> None:
    """
    The policies are rejected with what to set instead.
    """
    async with a_source(is_loopback=False) as source:
        with pytest.raises(PolicyRejected, match="DEEPSEEK_API_KEY"):
            await source.read()

        assert source.simulator is None


async def test_a_model_without_a_server_and_without_the_simulator_on_its_route_is_no_reason(
    tmp_path: Path,
) -> None:
    """
    It stays unserved; nobody asked for pretence.
    """
    _write(tmp_path, route="local")

    async with a_source(folder=tmp_path, is_loopback=False) as source:
        book = await source.read()

    assert ("m",) == book.unserved


async def test_bad_documents_start_nothing(tmp_path: Path) -> None:
    """
    A mistake is told before any simulator is there.
    """
    _write(tmp_path, route="nobody")

    async with a_source(folder=tmp_path) as source:
        with pytest.raises(PolicyRejected, match=r"models\.yaml: models\.m\.route"):
            await source.read()

        assert source.simulator is None


async def test_a_key_from_outside_opens_its_tenant() -> None:
    """
    The demo key stands in no document, and is in the book.
    """
    async with a_source() as source:
        book = await source.read()

    assert ["deepseek-flash"] == [model["id"] for model in book.models(DEMO)][:1]
    assert book.has_tenant("demo")


def _route(targets: Sequence[Target]) -> list[str]:
    return [target.upstream.name for target in targets]


def _write(folder: Path, *, route: str) -> None:
    documents = {
        "upstreams": "upstreams: {local: {kind: openai, residency: on_premises, available: when_answering},"
        " pretend: {kind: simulator, residency: on_premises}}",
        "models": f"models: {{m: {{route: [{{upstream: {route}, model: m}}]}}}}",
        "plans/demo": "plan: demo",
        "tenants/demo": "{tenant: demo, plan: demo, residency: external}",
    }
    for name, text in documents.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
