"""
Embeddings from end to end.

What the way promises (private data, leavers, breaks, kept answers, limits, the
record) it promises where texts become vectors, too.
"""

from pathlib import Path
from typing import Any

import pytest

from gateway.simulator.embedding import DIMENSIONS, vector_of
from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.embeddings import PATH, an_embedding
from tests.fakes.house import KEY, Answer, House, PolicyFolder, a_house, a_request, until
from tests.fakes.sealing import CARD, EMAIL, MOBILE

pytestmark = pytest.mark.slow

WITHIN_SECONDS = 1.0
EVERY_BASE = pytest.mark.parametrize("path", ["/v1/embeddings", "/embeddings", "/beta/embeddings"])


def local(policies: PolicyFolder) -> None:
    """All servers but the last are hosted DeepSeek, which makes no embeddings; that one is a model server."""
    last = list(policies.upstreams.values())[-1]
    last |= {"kind": "vllm", "base_url": last["base_url"] + "/v1"}


def hiding(policies: PolicyFolder) -> None:
    """The same, where private data does not leave."""
    local(policies)
    policies.hide(profile="baseline")


def vectors_in(answer: Answer) -> list[list[float]]:
    """The vectors of an answer, by their numbers."""
    data = answer.document["data"]
    assert list(range(len(data))) == [one["index"] for one in data]
    return [one["embedding"] for one in data]


def sent_to(house: House) -> list[dict[str, Any]]:
    """What servers were asked, in order."""
    return [exchange.request for simulator in house.simulators for exchange in simulator.records]


@EVERY_BASE
async def test_each_text_gets_its_vector_at_every_base_url(tmp_path: Path, path: str) -> None:
    """
    As the server made them, and nothing of the plan for answers reaches it.
    """
    async with a_house(tmp_path, local) as house:
        answer = await house.ask(an_embedding(["Hello", "你好"], dimensions=4), path=path)

        (sent,) = sent_to(house)
        record = await house.record()
    assert [vector_of("Hello", 4), vector_of("你好", 4)] == vectors_in(answer)
    assert {"model": "deepseek-flash", "input": ["Hello", "你好"], "dimensions": 4} == {
        name: value for name, value in sent.items() if name != "cache_salt"
    }
    assert ("first", "req_") == (answer.headers["x-gateway-upstream"], answer.headers["x-request-id"][:4])
    assert ("finished", path, answer.document["usage"]["prompt_tokens"]) == (
        record["ending"],
        record["path"],
        record["tokens"]["prompt"],
    )


async def test_private_data_becomes_the_vector_of_its_placeholder(tmp_path: Path) -> None:
    """
    The same one in a document and in the question about it, so that one still finds the other.
    """
    async with a_house(tmp_path, hiding) as house:
        document = await house.ask(
            an_embedding([f"Write to {EMAIL}, card {CARD}", "Nothing here"]), path=PATH
        )
        question = await house.ask(an_embedding(EMAIL), path=PATH)

        first, second = sent_to(house)
    (placeholder,) = second["input"]
    assert not any(value in str([first, second]) for value in (EMAIL, CARD, MOBILE))
    assert placeholder in first["input"][0]
    assert "Nothing here" == first["input"][1]
    assert [vector_of(placeholder, DIMENSIONS)] == vectors_in(question)
    assert 2 == len(vectors_in(document))


def _blocking(policies: PolicyFolder) -> None:
    local(policies)
    policies.hide(profile="strict", entities={"EMAIL": {"action": "block"}})


async def test_what_is_refused_is_named_by_the_callers_field(tmp_path: Path) -> None:
    """
    By the number of the text.
    """
    async with a_house(tmp_path, _blocking) as house:
        answer = await house.ask(an_embedding(["fine", EMAIL]), path=PATH)

        assert [] == sent_to(house)
    assert ("private_data_blocked", "input[1]") == (answer.error["code"], answer.error["param"])


async def test_who_makes_no_embeddings_is_passed_over(tmp_path: Path) -> None:
    """
    Nothing is sent to it; where nobody makes any, the caller is told that it is the model.
    """
    async with a_house(tmp_path / "one", upstreams=1) as house:
        refused = await house.ask(an_embedding(), path=PATH)
        assert [] == sent_to(house)
    async with a_house(tmp_path / "two", local, upstreams=2) as house:
        answer = await house.ask(an_embedding(), path=PATH)
        assert [] == list(house.simulators[0].records)

    assert (400, "invalid_request", "model") == (
        refused.status,
        refused.error["code"],
        refused.error["param"],
    )
    assert (200, "second") == (answer.status, answer.headers["x-gateway-upstream"])


async def test_a_caller_who_leaves_stops_the_server(tmp_path: Path) -> None:
    """
    Within a second.
    """
    async with a_house(tmp_path, local) as house:
        house.simulator.always(Misbehaviour(slow_first_token=30))
        async with await house.call() as caller:
            caller.say(a_request(an_embedding(), path=PATH))
            await until(lambda: len(house.simulator.records) == 1)

            caller.leave()

            await house.simulator.caller_left(WITHIN_SECONDS)
        await house.until_empty()
        record = await house.record()
    assert "caller_left" == record["ending"]


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (Misbehaviour(status=503), (503, "upstream_overloaded")),
        (Misbehaviour(error_after=0), (503, "upstream_overloaded")),
        (Misbehaviour(garbage_after=0), (502, "upstream_broke")),
        (Misbehaviour(cut_after=0), (502, "upstream_broke")),
    ],
)
async def test_a_server_that_fails_is_an_error_and_no_vector(
    tmp_path: Path, behaviour: Misbehaviour, expected: tuple[int, str]
) -> None:
    """
    The same as at chat.
    """
    async with a_house(tmp_path, local) as house:
        house.simulator.always(behaviour)

        answer = await house.ask(an_embedding(), path=PATH)

    assert expected == (answer.status, answer.error["code"])


def _kept(policies: PolicyFolder) -> None:
    local(policies)
    policies.plan["cache"] = {"enabled": True}


async def test_vectors_are_kept_for_the_same_texts(tmp_path: Path) -> None:
    """
    In the same form and of the same length, in this order, and never for a turn of a conversation.
    """
    async with a_house(tmp_path, _kept) as house:
        first = await house.ask(an_embedding(["a", "b"]), path=PATH)
        again = await house.ask(an_embedding(["a", "b"], user="somebody"), path="/embeddings")
        others = [
            await house.ask(an_embedding(texts, **fields), path=PATH)
            for texts, fields in (
                (["b", "a"], {}),
                (["a", "b"], {"dimensions": 2}),
                (["a", "b"], {"encoding_format": "base64"}),
                ("ab", {}),
            )
        ]

        assert 1 + len(others) == len(sent_to(house))
    assert "hit" in again.headers["cache-status"]
    assert first.body == again.body
    assert not any("; hit" in other.headers["cache-status"] for other in others)


def _limited(policies: PolicyFolder) -> None:
    local(policies)
    rule = {"name": "tokens", "kind": "tokens", "limit": 1_000, "window_seconds": 3600}
    policies.plan["limits"] = {"rules": [rule], "max_tokens": 900}


async def test_vectors_count_what_went_in(tmp_path: Path) -> None:
    """
    No answer is reserved for, so a plan's bound for answers keeps nobody out.
    """
    async with a_house(tmp_path, _limited) as house:
        answers = [await house.ask(an_embedding(f"text {number}"), path=PATH) for number in range(3)]
        standing = (await house.get("/v1/usage", key=KEY)).document["limits"][0]
        long = await house.ask(an_embedding("word " * 400), path=PATH)

    assert [200, 200, 200] == [answer.status for answer in answers]
    assert sum(answer.document["usage"]["total_tokens"] for answer in answers) == standing["used"]
    assert (400, "request_exceeds_limit", "input") == (long.status, long.error["code"], long.error["param"])


@pytest.mark.parametrize(
    ("fields", "how", "expected"),
    [
        ({}, {"key": None}, (401, "missing_credential", None)),
        ({"model": "nobody"}, {}, (404, "model_not_found", "model")),
        ({"input": [1, 2]}, {}, (400, "invalid_request", "input[0]")),
        ({"stream": True}, {}, (400, "invalid_request", "stream")),
        ({}, {"method": "PUT"}, (405, "method_not_allowed", None)),
    ],
)
async def test_a_refusal_is_openais_error(
    tmp_path: Path, fields: dict[str, Any], how: dict[str, Any], expected: tuple[int, str, str | None]
) -> None:
    """
    And asks nothing of a server.
    """
    async with a_house(tmp_path, local) as house:
        answer = await house.ask(an_embedding() | fields, path=PATH, **how)

        assert [] == sent_to(house)
    assert expected == (answer.status, answer.error["code"], answer.error["param"])
