"""What OpenAI's own SDK makes of embeddings."""

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from gateway.simulator.embedding import vector_of
from tests.fakes.processes import DEMO_KEY, a_gateway, uncached_policies
from tests.fakes.sealing import EMAIL
from tests.sdk.simulated import Simulated

pytestmark = pytest.mark.slow

MODEL = "deepseek-chat"


@pytest.fixture(scope="module")
def client(far_end: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    """The SDK in front of a gateway that takes the simulator for a local server of vLLM."""
    folder = tmp_path_factory.mktemp("embedding")
    local = {"LOCAL_BASE_URL": f"{far_end.url}/v1", "LOCAL_KIND": "vllm"}
    with (
        a_gateway(folder, GATEWAY_POLICIES=uncached_policies(folder), **local) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key=DEMO_KEY, max_retries=0, timeout=30) as one,
    ):
        yield one


def test_vectors_come_as_the_sdk_reads_them(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    It asks for base64 by itself, and gives numbers to the app.
    """
    answer = client.embeddings.create(model=MODEL, input=["a", "b"], dimensions=4)

    (exchange,) = simulator.exchanges()
    assert [vector_of("a", 4), vector_of("b", 4)] == [one.embedding for one in answer.data]
    assert ("base64", "/v1/embeddings") == (json.loads(exchange["body"])["encoding_format"], exchange["path"])
    assert answer.usage.prompt_tokens == answer.usage.total_tokens > 0


def test_private_data_stays(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    One text is as good as a list of one.
    """
    answer = client.embeddings.create(model=MODEL, input=f"Write to {EMAIL}", encoding_format="float")

    (exchange,) = simulator.exchanges()
    (sent,) = json.loads(exchange["body"])["input"]
    assert EMAIL not in exchange["body"]
    assert vector_of(sent, len(answer.data[0].embedding)) == answer.data[0].embedding


@pytest.mark.parametrize(
    ("fields", "kind", "param"),
    [
        ({"model": "nobody"}, openai.NotFoundError, "model"),
        ({"input": [1, 2]}, openai.BadRequestError, "input[0]"),
        ({"input": ""}, openai.BadRequestError, "input"),
    ],
)
def test_a_refusal_is_the_sdks_own_error(
    client: openai.OpenAI, fields: dict[str, Any], kind: type[Exception], param: str
) -> None:
    """
    Of the class that apps catch, with the field that has to change.
    """
    asked: Any = {"model": MODEL, "input": "a"} | fields

    with pytest.raises(kind) as refused:
        client.embeddings.create(**asked)

    assert param == getattr(refused.value, "param", None)
