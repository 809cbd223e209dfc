"""A disk that takes nothing any more, and a state file that is gone, make nobody talk."""

import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.identity.api_key import hash_of
from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import PolicyFolder, listen
from tests.journeys.canary import Case, Stage, a_stage, leave, play, search, written
from tests.journeys.canary_codes import FORCED
from tests.journeys.serving import Served, starting

pytestmark = pytest.mark.slow

_UNKEPT = {"Cache-Control": "no-store"}
# The simulator thinks aloud about what it was asked.
_ANSWERED = ("answer", "part")
_TENANTS = {
    "strict": {"level": "full", "durability": "strict"},
    "open": {"level": "full", "durability": "strict", "on_failure": "fail_open"},
}


def full(served: Served, size: int = 0) -> None:
    """Let no file of the process grow beyond this: what was begun arrives in part, then it is an error."""
    _, hard = resource.prlimit(served.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (size, hard))


def empty(served: Served) -> None:
    """Give the disk room again."""
    _, hard = resource.prlimit(served.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (hard, hard))


def environ_of(stage: Stage) -> dict[str, str]:
    """Return the environment of a gateway without Redis, with a tenant for each way to keep records."""
    plant = stage.canaries.plant

    def change(policies: PolicyFolder) -> None:
        for name, audit in _TENANTS.items():
            policies._write(f"plans/{name}", {"plan": name, "audit": audit})
            key = {"id": f"{name}-key", "hash": hash_of(plant(f"key of {name}", "sk-tenant-{}"))}
            policies.tenants[name] = {"tenant": name, "plan": name, "residency": "external", "keys": [key]}

    return stage.environ(
        change,
        GATEWAY_REDIS_URL="",
        GATEWAY_STATE_GRACE_SECONDS="0",
        GATEWAY_AUDIT_ANCHOR_COMMAND=plant("command", "echo {} >&2; exit 1"),
        GATEWAY_AUDIT_ANCHOR_SECONDS="1",
    )


def ask(stage: Stage, tenant: str, body: object, **how: str) -> bytes:
    """Return the request of a tenant."""
    return stage.ask(body, key=stage.canaries.plant(f"key of {tenant}", "sk-tenant-{}"), **how)


def exchanges(stage: Stage, *, stream: bool) -> Iterator[Case]:
    """What is asked of a gateway that can write, for the cache to have it."""
    said = Misbehaviour(text=stage.canaries.plant("answer", "The answer is {}."))
    body = stage.body(stream=stream)
    for request in (stage.ask(body), ask(stage, "strict", body), ask(stage, "open", body)):
        yield Case(None, request, said, own=_ANSWERED)


def refusals(stage: Stage, *, stream: bool) -> Iterator[Case]:
    """What cannot be written down is not let out, nor answered from the cache."""
    said = Misbehaviour(text=stage.canaries.plant("answer", "The answer is {}."))
    body = stage.body(stream=stream)
    for request in (stage.ask(body), stage.ask(body, **_UNKEPT), ask(stage, "strict", body)):
        yield Case("audit_unavailable", request, said)
    yield Case(None, ask(stage, "open", body), said, own=_ANSWERED)
    failed = Misbehaviour(status=500, body=stage.canaries.plant("error_body"))
    yield Case("upstream_error", ask(stage, "open", body), failed, own=("error_body",))


def orders(stage: Stage) -> Iterator[Case]:
    """What an administrator cannot have kept now."""
    plant = stage.canaries.plant
    admin = plant("admin_key", "the-key-of-an-operator-{}")
    wish = {"tenant": "acme", "label": plant("label"), "metadata": {plant("note"): plant("note_text")}}
    yield Case("state_unavailable", stage.ask(wish, path="/admin/v1/keys", key=admin))
    yield Case("state_unavailable", stage.ask({"tenant": "acme"}, path="/admin/v1/cache/purge", key=admin))


async def run_full(stage: Stage, served: Served) -> None:
    """Let the disk run full while a model speaks, and hear the answer to its end."""
    stage.simulator.reset()
    stage.simulator.always(Misbehaviour(text=stage.canaries.plant("answer", "It is {}. ") * 9, delay_ms=10))
    async with await served.call() as caller:
        caller.say(stage.ask(stage.body(stream=True), **_UNKEPT))
        heard = await listen(caller)
        await heard.piece()
        # Half of the next record still has room.
        written = max(file.stat().st_size for file in (stage.folder / "state").glob("audit/writers/*/*"))
        full(served, written + 300)
        answer = await heard.rest()
    assert answer.is_whole, answer.body
    full(served)
    await play(stage, served, Case(None, stage.ask(stage.body(), **_UNKEPT), own=_ANSWERED))
    await served.until_told('"audit.lost"')


async def lose_the_state(stage: Stage, served: Served) -> None:
    """Take the file of the state away, and ask under a key that stood in it alone."""
    admin = stage.canaries.plant("admin_key", "the-key-of-an-operator-{}")
    wish = stage.ask({"tenant": "acme"}, path="/admin/v1/keys", key=admin)
    made = (await play(stage, served, Case(None, wish))).document["key"]
    stage.canaries.plant_value("made key", made.rpartition("-")[2])
    (stage.folder / "state" / "state.db").rename(stage.folder / "state" / "gone.db")
    await served.until_told('"state.lost"')
    await play(stage, served, Case("identity_unavailable", stage.ask(stage.body(), key=made)))
    for case in orders(stage):
        await play(stage, served, case)


async def test_where_nothing_can_be_written_nothing_private_is_written(tmp_path: Path) -> None:
    """
    Neither by those who are refused, nor by those who are let through, nor in half a record.
    """
    async with a_stage(tmp_path) as stage:
        async with starting(environ_of(stage), stage.folder) as served:
            await served.until_listening()
            for stream in (False, True):
                for case in exchanges(stage, stream=stream):
                    await play(stage, served, case)
            await run_full(stage, served)
            for stream in (False, True):
                for case in refusals(stage, stream=stream):
                    await play(stage, served, case)
                await leave(stage, served, ask(stage, "open", stage.body(stream=stream)))
            for case in orders(stage):
                await play(stage, served, case)
            empty(served)
            await served.until_told('"audit.reached"')
            for case in exchanges(stage, stream=True):
                await play(stage, served, case)
            await lose_the_state(stage, served)
            found = await search(stage, served)
            served.signal(signal.SIGTERM)
            await served.ended()
            told = served.told
            found["logs"] = stage.canaries.found_in(written(served))
        in_state = set().union(*stage.canaries.found_under(stage.folder / "state").values())

    assert FORCED["test_canary_disks"] == stage.told
    assert any((stage.folder / "state").rglob("*.torn"))
    assert '"anchor.lost"' in told
    assert {"agent"} == in_state
    assert {"metrics": set(), "headers upstream": set(), "logs": set()} == found
