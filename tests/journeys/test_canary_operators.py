"""What operators ask, write and mistype stays with them, over TLS too."""

import asyncio
import signal
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.certificates import Authority, Pair
from tests.fakes.house import KEY, Answer, PolicyFolder, a_request, connect, tls_environ
from tests.journeys.canary import Case, Stage, a_stage, play, search, written
from tests.journeys.canary_codes import FORCED
from tests.journeys.serving import Served, starting

pytestmark = pytest.mark.slow

_KEYS = "/admin/v1/keys"
_AT_ONCE = 40


class Desk:
    """An administrator of a gateway, who asks and mistypes."""

    def __init__(self, stage: Stage, served: Served) -> None:
        self.stage = stage
        self.served = served
        self.key = stage.canaries.plant("admin_key", "the-key-of-an-operator-{}")

    async def order(self, path: str, body: object = b"", code: str | None = None, **how: Any) -> Answer:
        """Give an order, and see how it ends."""
        own = how.pop("own", ())
        # Without a query, which these routes read.
        request = a_request(body, path=path, **({"key": self.key} | self.stage.head() | how))
        return await play(self.stage, self.served, Case(code, request, own=own))

    async def make(self) -> tuple[str, str]:
        """Make a key and return its id and its text, which nobody may see again."""
        made = (await self.order(_KEYS, {"tenant": "acme"})).document
        self.stage.canaries.plant_value(f"key {made['id']}", made["key"].rpartition("-")[2])
        return made["id"], made["key"]

    async def chat(self, code: str, **how: Any) -> None:
        """Ask the model something, in vain."""
        await play(self.stage, self.served, Case(code, self.stage.ask(self.stage.body(), **how)))


async def change_keys(desk: Desk) -> None:
    """Rotate, block, look for what is not there, and change the same thing from many sides at once."""
    plant = desk.stage.canaries.plant
    one, text = await desk.make()
    new = (await desk.order(f"{_KEYS}/{one}/rotate", {"overlap_seconds": 0})).document["key"]
    desk.stage.canaries.plant_value("rotated key", new.rpartition("-")[2])
    await desk.chat("key_rotated", key=text)
    await desk.order(f"{_KEYS}/{one}/block")
    await desk.chat("key_blocked", key=new)
    for wish in ({"label": [plant("label")]}, {"expires_at": plant("date")}, {plant("wish"): 1}):
        await desk.order(f"{_KEYS}/{one}", wish, "invalid_request", method="PATCH", own=("wish",))
    lost = f"{_KEYS}/{plant('lost')}"
    await desk.order(lost, code="not_found", method="GET", own=("lost",))
    await desk.order(_KEYS, code="insufficient_scope", method="GET", key=KEY)
    acts = [asyncio.ensure_future(_ask(desk, f"{_KEYS}/{one}/block")) for _ in range(_AT_ONCE)]
    assert "state_conflict" in await asyncio.gather(*acts)
    desk.stage.told.add("state_conflict")


async def _ask(desk: Desk, path: str) -> str | None:
    answer = await desk.served.ask(b"", path=path, key=desk.key, **desk.stage.head())
    assert set() == desk.stage.canaries.found_in(answer.body)
    return None if answer.status == 200 else answer.error["code"]


async def look_into_the_log(desk: Desk) -> None:
    """Look for a value, find that the search is not there, and ask what cannot be asked."""
    plant = desk.stage.canaries.plant
    wanted = {"tenant": "acme", "value": plant("wanted", "{}@example.com")}
    await desk.order("/admin/v1/audit/lookup", wanted)
    records = "/admin/v1/audit/records?"
    await desk.order(f"{records}request_id=req_1", code="audit_search_unavailable", method="GET")
    odd = f"{records}{plant('filter')}={plant('filtered')}"
    await desk.order(odd, code="invalid_request", method="GET", own=("filter",))
    said = {"text": plant("previewed", "call anna.{}@example.com"), "profile": "baseline"}
    await desk.order("/admin/v1/redaction/preview", said, own=("previewed",))


def mistakes(stage: Stage) -> Iterator[tuple[str, str]]:
    """Documents of a policy folder, each with a secret where it does not belong."""
    plant = stage.canaries.plant
    secret = plant("mistyped secret", "sk-{}")
    tenant = "{tenant: odd, plan: basic, residency: external, %s}"
    yield "tenants/odd.yaml", tenant % f'keys: [{{id: odd, hash: "{secret}"}}]'
    yield "tenants/odd.yaml", tenant % f"keys: {secret}"
    for start in ("!", "*", "%", "'", '"', "{", "[", "@", "| x", "!!binary "):
        yield "tenants/odd.yaml", f"tenant: odd\nupstreams: {{first: {{credential: {start}{secret}\n"
        yield "tenants/odd.yaml", f"tenant: odd\nplan: {start}{secret}\n"
    key = f'{{"keys": [{{"kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "{secret}"}}]}}'
    trusted = f"issuers: [{{issuer: https://a.example, audience: [a], jwks: {key}}}]"
    yield "tenants/odd.yaml", tenant % trusted
    for url in ("https://we:{}@a.example/v1", "https://a.example/?key={}", "ftp://{}", "{}"):
        upstream = f'{{kind: deepseek, residency: external, base_url: "{url.format(secret)}"}}'
        yield "upstreams.yaml", f"upstreams: {{first: {upstream}}}"
    for url in ("https://we:{}@a.example/token", "https://a.example/token#{}", "ftp://{}", "{}"):
        oauth = f'{{token_url: "{url.format(secret)}", client_id: a, client_secret: a}}'
        yield "tenants/odd.yaml", tenant % f"upstreams: {{first: {{oauth: {oauth}}}}}"
    for field in ("kind", "residency", "transport", "connections", "available"):
        said = {"kind": "deepseek", "residency": "external", "base_url": "https://a.example"}
        text = ", ".join(f"{name}: {value!r}" for name, value in (said | {field: "${CANARY_KEY}"}).items())
        yield "upstreams.yaml", f"upstreams: {{first: {{{text}}}}}"
    for pattern in (f"({secret}", f"(?P={secret})", f"[z-a]{secret}"):
        yield "redaction/odd.yaml", f"profile: odd\npatterns: {{HOUSE_WORD: ['{pattern}']}}"
    yield "redaction/odd.yaml", f"profile: odd\ndictionaries: {{HOUSE_WORD: [[{secret}]]}}"


async def mistype(desk: Desk) -> None:
    """Have each of them read."""
    folder = desk.stage.folder / "policies"
    for name, text in mistakes(desk.stage):
        file = folder / name
        good = file.read_bytes() if file.exists() else None
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
        await desk.order("/admin/v1/policy/reload", code="invalid_request")
        file.unlink() if good is None else file.write_bytes(good)
    assert 200 == (await desk.order("/admin/v1/policy/reload")).status


async def spoil_the_line(desk: Desk, pair: Pair) -> None:
    """Speak plain HTTP, nonsense, and to a name that tells; then let the certificate be none."""
    stage, served = desk.stage, desk.served
    trust, served.trust = served.trust, None
    await play(stage, served, Case("tls_required", stage.ask(stage.body())))
    for nonsense in (b"\x16\x03\x01\x00\x30" + stage.canaries.plant("nonsense").encode() * 9, b"\x80"):
        async with await connect(served.address) as caller:
            caller.say(nonsense)
            await caller.hear_all()
    name = stage.canaries.plant("server name", "{}.example")
    with suppress(ssl.SSLError):
        await asyncio.open_connection(*served.address, ssl=trust, server_hostname=name)
    served.trust = trust
    pair.key.write_text(stage.canaries.plant("key file", "-----BEGIN PRIVATE KEY-----\n{}\n"))
    served.signal(signal.SIGHUP)
    await served.until_told('"tls.rejected"')


def environ_of(stage: Stage, pair: Pair) -> Mapping[str, str]:
    """Return the environment of a gateway over TLS whose search of the audit log is broken."""
    broken = stage.folder / "broken"
    broken.mkdir()
    (broken / "duckdb.py").write_text(stage.canaries.plant("module", "raise ImportError('{}')"))

    def change(policies: PolicyFolder) -> None:
        policies.hide(profile="baseline")
        policies.plan["redaction"] = {"models": {"*": "baseline"}}

    return stage.environ(change, GATEWAY_REDIS_URL="", PYTHONPATH=str(broken), **tls_environ(pair))


async def test_nothing_that_operators_keep_or_mistype_is_told(tmp_path: Path) -> None:
    """
    Keys, values that are looked for, secrets in the wrong place of a document, names in a handshake.
    """
    authority = Authority(tmp_path)
    pair = authority.pair("localhost")
    async with a_stage(tmp_path) as stage:
        async with starting(environ_of(stage, pair), stage.folder) as served:
            await served.until_listening()
            served.trust = authority.client_context()
            desk = Desk(stage, served)
            await change_keys(desk)
            await look_into_the_log(desk)
            await mistype(desk)
            await spoil_the_line(desk, pair)
            found = await search(stage, served)
            served.signal(signal.SIGTERM)
            await served.ended()
            found["logs"] = stage.canaries.found_in(written(served))
        in_state = stage.canaries.found_under(stage.folder / "state")

    assert FORCED["test_canary_operators"] == stage.told
    assert {} == in_state
    assert {name: set() for name in ("metrics", "headers upstream", "logs")} == found
