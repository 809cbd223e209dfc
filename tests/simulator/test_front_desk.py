"""Facts about paths, methods and keys, over real HTTP."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.script import Place
from gateway.simulator.server import Simulator
from gateway.simulator.settings import SimulatorSettings
from tests.simulator.raw_caller import a_body


@pytest.mark.parametrize("path", ["/chat/completions", "/v1/chat/completions", "/beta/chat/completions"])
async def test_chat_is_answered_on_its_paths(client: httpx2.AsyncClient, path: str) -> None:
    """
    With and without a version, and on beta.
    """
    assert 200 == (await client.post(path, json=a_body())).status_code


@pytest.mark.parametrize("path", ["/models", "/v1/models"])
async def test_models_are_listed(client: httpx2.AsyncClient, path: str) -> None:
    """
    Both models, by id.
    """
    answer = (await client.get(path)).json()

    assert ["deepseek-flash", "deepseek-v4-pro"] == [entry["id"] for entry in answer["data"]]


async def test_the_balance_is_shown(client: httpx2.AsyncClient) -> None:
    """
    The account has money.
    """
    assert (await client.get("/user/balance")).json()["is_available"] is True


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/chat/completions", 405),
        ("POST", "/models", 405),
        ("GET", "/beta/completions", 405),
        ("POST", "/completions", 404),
        ("GET", "/nowhere", 404),
        ("POST", "/", 404),
    ],
)
async def test_other_paths_and_methods_are_refused(
    client: httpx2.AsyncClient, method: str, path: str, status: int
) -> None:
    """
    A wrong method is 405, an unknown path 404.
    """
    assert status == (await client.request(method, path)).status_code


async def test_other_places_misbehave_by_their_own_script(
    simulator: Simulator, client: httpx2.AsyncClient
) -> None:
    """
    The list of models can be refused, once, while the balance is shown.
    """
    simulator.next(Misbehaviour(status=503), place=Place.MODELS)

    answers = [await client.get(path) for path in ("/user/balance", "/models", "/models")]

    assert [200, 503, 200] == [answer.status_code for answer in answers]


@pytest.fixture
async def guarded() -> AsyncIterator[httpx2.AsyncClient]:
    async with (
        Simulator(SimulatorSettings(keys=("sk-right", "sk-other"))) as simulator,
        httpx2.AsyncClient(base_url=simulator.base_url, trust_env=False) as client,
    ):
        yield client


@pytest.mark.parametrize("key", ["sk-right", "sk-other"])
async def test_a_known_key_opens(guarded: httpx2.AsyncClient, key: str) -> None:
    """
    Any of the keys will do.
    """
    answer = await guarded.post(
        "/chat/completions", json=a_body(), headers={"authorization": f"Bearer {key}"}
    )

    assert 200 == answer.status_code


async def test_a_wrong_key_is_refused_as_deepseek_does(guarded: httpx2.AsyncClient) -> None:
    """
    The refusal is JSON and repeats the end of the key.
    """
    answer = await guarded.get("/models", headers={"authorization": "Bearer sk-wrong"})

    assert 401 == answer.status_code
    assert "Authentication Fails, Your api key: ****rong is invalid" == answer.json()["error"]["message"]


async def test_without_a_key_the_refusal_is_plain_text(guarded: httpx2.AsyncClient) -> None:
    """
    No JSON and no content-type: parsers that expect them crash here.
    """
    answer = await guarded.post("/chat/completions", json=a_body())

    assert (401, "Authentication Fails (governor)") == (answer.status_code, answer.text)
    assert "content-type" not in answer.headers
