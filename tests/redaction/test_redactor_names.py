"""Names of fields and of tools are private where they are, and come back to whoever gave them."""

from typing import Any

import orjson
import pytest

from gateway.redaction.redactor import Sealing
from gateway.redaction.refusals import PrivateDataBlocked
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.sse import data_of
from tests.fakes.sealing import EMAIL, MOBILE, RESIDENT_ID, Sealer, a_conversation, a_profile, restored

HELLO = {"role": "user", "content": "hello"}
TOOL = {
    "type": "function",
    "function": {
        "name": f"call_{MOBILE}",
        "description": f"Ask {EMAIL}.",
        "parameters": {
            "type": "object",
            "properties": {MOBILE: {"type": "string", "enum": [RESIDENT_ID]}},
            "required": [MOBILE],
        },
    },
}


def sent_of(sealing: Sealing) -> dict[str, Any]:
    return sealing.sealed.request.body


def called(sealing: Sealing, name: str, arguments: str, *, streamed: bool) -> tuple[str, str]:
    """What a caller reads where a model calls this tool."""
    stage = sealing.unsealer
    assert stage is not None
    call = {"index": 0, "id": "c", "function": {"name": name, "arguments": arguments}}
    choice = {"index": 0, "delta" if streamed else "message": {"tool_calls": [call]}}
    document = orjson.dumps({"choices": [choice]})
    frame = Frame(FrameKind.DELTA, b"data: " + document) if streamed else Frame(FrameKind.WHOLE, document)
    (passed,) = stage.feed(frame)
    read = orjson.loads(data_of(passed.raw) if streamed else passed.raw)["choices"][0]
    function = (read.get("delta") or read["message"])["tool_calls"][0]["function"]
    return function["name"], function["arguments"]


async def test_a_schema_that_names_private_values_stays_one() -> None:
    """
    A property has one name wherever it stands: in the schema, among what is required, in a choice, in a call.
    """
    arguments = f'{{"{MOBILE}": "{RESIDENT_ID}"}}'
    call = {"id": "c", "type": "function", "function": {"name": f"call_{MOBILE}", "arguments": arguments}}
    choice = {"type": "function", "function": {"name": f"call_{MOBILE}"}}

    sealing = await Sealer().seal(
        a_conversation(
            HELLO,
            {"role": "assistant", "content": None, "tool_calls": [call]},
            tools=[TOOL],
            tool_choice=choice,
        )
    )

    body = sent_of(sealing)
    function = body["tools"][0]["function"]
    (name,) = function["parameters"]["properties"]
    assert name.startswith("PHONE_")
    assert [name] == function["parameters"]["required"]
    said = body["messages"][1]["tool_calls"][0]["function"]
    assert {f"call_{name}"} == {function["name"], said["name"], body["tool_choice"]["function"]["name"]}
    assert {name: function["parameters"]["properties"][name]["enum"][0]} == orjson.loads(said["arguments"])


@pytest.mark.parametrize("streamed", [False, True])
async def test_what_defines_a_tool_comes_back_in_its_calls_alone(*, streamed: bool) -> None:
    """
    The program that defined it gets its own names; a user who asks for them does not.
    """
    sealing = await Sealer(a_profile(placeholders={"restore": ["user"]})).seal(
        a_conversation(HELLO, tools=[TOOL])
    )
    function = sent_of(sealing)["tools"][0]["function"]
    (name,) = function["parameters"]["properties"]

    heard = called(sealing, function["name"], f'{{"{name}": 1}}', streamed=streamed)

    assert (f"call_{MOBILE}", f'{{"{MOBILE}": 1}}') == heard
    assert name == restored(sealing, name)


async def test_where_nothing_comes_back_names_do_not_either() -> None:
    """
    It is the profile's say.
    """
    sealer = Sealer(a_profile(placeholders={"restore": []}))

    assert (await sealer.seal(a_conversation(HELLO, tools=[TOOL]))).unsealer is None


async def test_an_answer_fits_the_schema_that_was_asked_for() -> None:
    """
    Its names come back in the content, which has to have them.
    """
    schema = {"name": "a", "schema": {"type": "object", "properties": {MOBILE: {"type": "string"}}}}
    sealing = await Sealer(a_profile(placeholders={"restore": ["user"]})).seal(
        a_conversation(HELLO, response_format={"type": "json_schema", "json_schema": schema})
    )
    (name,) = sent_of(sealing)["response_format"]["json_schema"]["schema"]["properties"]

    assert MOBILE not in name
    assert f'{{"{MOBILE}": 1}}' == restored(sealing, f'{{"{name}": 1}}')


async def test_a_field_that_is_called_by_a_private_value_is_called_otherwise() -> None:
    """
    Beside the messages, in one of them, in metadata; its value stays, and is looked through as well.
    """
    sealing = await Sealer().seal(
        a_conversation(
            {"role": "user", "content": "hello", MOBILE: f"of {EMAIL}"},
            metadata={MOBILE: "a"},
            **{MOBILE: [1, {RESIDENT_ID: None}]},
        )
    )

    sent = orjson.dumps(sent_of(sealing)).decode()
    assert not any(value in sent for value in (MOBILE, EMAIL, RESIDENT_ID))
    assert 3 == sent.count('"PHONE_')
    assert '[1,{"CN_RESIDENT_ID_' in sent


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({MOBILE: "a"}, ""),
        ({"metadata": {MOBILE: "a"}}, "metadata"),
        ({"tools": [TOOL]}, "tools"),
    ],
)
async def test_a_name_may_refuse_a_request_and_is_not_repeated(fields: dict[str, Any], place: str) -> None:
    """
    Where the kind of value does; the refusal says where, as far as that is no private name itself.
    """
    sealer = Sealer(a_profile(entities={"PHONE": {"action": "block"}}))

    with pytest.raises(PrivateDataBlocked) as blocked:
        await sealer.seal(a_conversation(HELLO, **fields))

    assert place == blocked.value.param
    assert MOBILE not in blocked.value.message
