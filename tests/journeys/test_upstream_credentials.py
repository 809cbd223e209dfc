"""What upstreams are shown comes from where policy says, and goes nowhere else."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.house import AT_HOME_KEY, KEY, House, PolicyFolder, a_house
from tests.fakes.scripted_server import Peer, ScriptedServer, serving, whole

pytestmark = pytest.mark.slow

_TOKEN = "up-token-7c1f0b2canary"


class TokenEndpoint:
    """A token endpoint that counts, and may be told to fail."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200
        self.server: ScriptedServer | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.port}/token"

    async def serve(self, peer: Peer) -> None:
        """Answer one connection."""
        while await peer.request():
            self.asked += 1
            grant = {"access_token": f"{_TOKEN}-{self.asked}", "token_type": "Bearer", "expires_in": 600}
            await peer.send(whole(json.dumps(grant).encode(), status=self.status))


@pytest.fixture
async def endpoint() -> AsyncIterator[TokenEndpoint]:
    one = TokenEndpoint()
    async with serving(one.serve) as server:
        one.server = server
        yield one


def _with(policies: PolicyFolder, **credential: Any) -> None:
    """Give the first upstream another credential than the one in its document."""
    del policies.upstreams["first"]["credential"]
    policies.upstreams["first"] |= credential


def _shown(house: House) -> list[str | None]:
    return [record.headers.get("authorization") for record in house.simulator.records]


async def test_a_token_is_fetched_once_and_shown_to_the_upstream(
    tmp_path: Path, endpoint: TokenEndpoint
) -> None:
    """
    Twenty callers at once wait for one token; no caller, record or metric ever shows it.
    """
    oauth = {"token_url": endpoint.url, "client_id": "gw", "client_secret": "s3"}
    async with a_house(tmp_path, lambda policies: _with(policies, oauth=oauth)) as house:
        answers = await asyncio.gather(*(house.chat() for _ in range(20)))
        metrics = (await house.get("/metrics")).body
        records = json.dumps(house.records())

    assert {200} == {answer.status for answer in answers}
    assert 1 == endpoint.asked
    assert {f"Bearer {_TOKEN}-1"} == set(_shown(house))
    seen = b"".join(answer.body for answer in answers) + metrics + records.encode()
    assert _TOKEN.encode() not in seen


async def test_a_token_endpoint_that_fails_is_told_to_callers_without_its_name(
    tmp_path: Path, endpoint: TokenEndpoint
) -> None:
    """
    503 with a time to come back, and the endpoint is not asked for each of them.
    """
    endpoint.status = 401
    oauth = {"token_url": endpoint.url, "client_id": "gw", "client_secret": "s3"}
    async with a_house(tmp_path, lambda policies: _with(policies, oauth=oauth)) as house:
        answers = [await house.chat() for _ in range(5)]

    assert {(503, "upstream_credential_unavailable")} == {
        (answer.status, answer.error["code"]) for answer in answers
    }
    assert 1 == endpoint.asked
    assert 1 <= int(answers[0].headers["retry-after"]) <= 30
    assert b"/token" not in answers[0].body
    assert [] == house.simulator.records


async def test_a_tenant_goes_out_under_its_own_credential(tmp_path: Path, endpoint: TokenEndpoint) -> None:
    """
    The others under the gateway's, which it never sees.
    """
    path = tmp_path / "own"
    path.write_text("sk-own-of-at-home\n")

    def change(policies: PolicyFolder) -> None:
        policies.upstreams["first"]["residency"] = "on_premises"
        policies.tenants["at-home"]["upstreams"] = {"first": {"credential_file": str(path)}}

    async with a_house(tmp_path, change) as house:
        for key in (AT_HOME_KEY, KEY):
            assert 200 == (await house.chat(key=key)).status

    own, common = _shown(house)
    assert "Bearer sk-own-of-at-home" == own
    assert common not in (own, None)
