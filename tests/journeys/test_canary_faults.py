"""A fault of the gateway's own shows where it happened, and nothing of what it happened to."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.faulty_gateway import BESIDE, IN_THE_CALL, KIND, WITH_THE_ANSWER
from tests.fakes.house import PolicyFolder
from tests.journeys.canary import Case, Stage, a_stage, play, search, written
from tests.journeys.canary_codes import FORCED
from tests.journeys.serving import Served, starting

pytestmark = pytest.mark.slow

_PLACES = (*IN_THE_CALL, *BESIDE, *WITH_THE_ANSWER)
_IMPATIENT = "deepseek-impatient"


def with_faults(policies: PolicyFolder) -> None:
    """Name a model for each fault, and look for private data on the way to some."""
    policies.hide(profile="baseline")
    policies.plan["redaction"] = {"models": {"deepseek-smuggler": "baseline", _IMPATIENT: "impatient"}}
    policies.profiles["impatient"] = {"profile": "impatient", "bounds": {"seconds": 0.0001}}
    policies.more_models[_IMPATIENT] = policies.model | {"aliases": []}
    policies.upstreams["faulty"] = policies.upstreams["first"] | {"kind": KIND}
    for place in _PLACES:
        route = [{"upstream": "faulty", "model": place}]
        policies.more_models[f"deepseek-{place}"] = {"route": route, "retries": {"attempts": 1}}


def faults(stage: Stage, *, stream: bool) -> Iterator[Case]:
    """Let each of them happen."""
    plant = stage.canaries.plant

    def ask(place: str) -> bytes:
        return stage.ask(stage.body(model=f"deepseek-{place}", stream=stream), **_UNKEPT)

    said = Misbehaviour(text=plant("answer", "It is {}."), delta_size=8, no_done=True)
    for place in IN_THE_CALL.keys() - {"interrupt"}:
        yield Case("internal_error", ask(place))
    for place in BESIDE:
        yield Case(None, ask(place), said, own=_ANSWERED)
    yield Case("internal_error", ask("beginning"), said)
    # Of a whole answer there is no middle.
    slowly = replace(said, delay_ms=20)
    yield Case("internal_error" if stream else None, ask("middle"), slowly, own=_ANSWERED)
    yield Case("internal_error", ask("end"), said, own=_ANSWERED)
    failed = Misbehaviour(status=500, body=plant("error_body"), headers={"x-leak": plant("leak")})
    yield Case("internal_error", ask("diagnosis"), failed)
    yield Case("private_data_left", ask("smuggler"))
    # What takes longer to be looked through than this profile has patience.
    long = [{"role": "user", "content": plant("long", "call anna.{}@example.com ") * 1_000}]
    body = stage.body(model=_IMPATIENT, messages=long)
    yield Case("redaction_failed", stage.ask(body, **_UNKEPT))


async def interrupt(stage: Stage, served: Served) -> None:
    """Let something end the process, with the request in its last words."""
    async with await served.call() as caller:
        caller.say(stage.ask(stage.body(model="deepseek-interrupt")))
        await served.ended()


_UNKEPT = {"Cache-Control": "no-store"}
# The simulator thinks aloud about what it was asked.
_ANSWERED = ("answer", "part")


async def test_of_a_fault_only_its_kind_and_its_place_are_told(tmp_path: Path) -> None:
    """
    Whatever its text quotes, in a request, beside it, in a thread, in a library or at an object's end.
    """
    async with a_stage(tmp_path) as stage:
        environ = stage.environ(with_faults)
        async with starting(environ, stage.folder, module="tests.fakes.faulty_gateway") as served:
            await served.until_listening()
            for stream in (False, True):
                for case in faults(stage, stream=stream):
                    await play(stage, served, case)
            found = await search(stage, served)
            await interrupt(stage, served)
            told = served.told
            found["logs"] = stage.canaries.found_in(written(served))
        found["redis"] = stage.canaries.found_under(stage.folder / "redis")
        in_state = set().union(*stage.canaries.found_under(stage.folder / "state").values())

    assert FORCED["test_canary_faults"] == stage.told
    for error in ("RuntimeError", "ExceptionGroup", "RecursionError", "LookupError", "KeyboardInterrupt"):
        assert f'"error": "{error}"' in told
    for voice in ("asyncio", "a.library", "UserWarning"):
        assert f'"who": "{voice}"' in told
    assert {"agent"} == in_state
    assert {"metrics": set(), "headers upstream": set(), "logs": set(), "redis": {}} == found
