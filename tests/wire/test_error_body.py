import orjson

from gateway.wire.error_body import anthropic_error, openai_error, sse_error
from gateway.wire.sse import data_of


def test_an_error_has_the_four_fields_that_clients_read() -> None:
    """
    message, type, param and code stand under `error`, and what is added stands beside them.
    """
    body = openai_error("No.", "api_error", None, "upstream_error", request_id="r-1")

    expected = {
        "message": "No.",
        "type": "api_error",
        "param": None,
        "code": "upstream_error",
        "request_id": "r-1",
    }
    assert {"error": expected} == orjson.loads(body)


def test_an_error_in_a_stream_is_the_same_as_an_event() -> None:
    """
    Line breaks in a message do not break the event.
    """
    event = sse_error("No.\n\nReally.", "api_error", "model", "upstream_error")

    assert openai_error("No.\n\nReally.", "api_error", "model", "upstream_error") == data_of(event)
    assert event.endswith(b"\n\n")
    assert 2 == event.count(b"\n")


def test_an_error_for_anthropics_clients_names_its_type_first() -> None:
    """
    They look for `type`, `error.type`, `error.message` and `request_id`; our code stands beside.
    """
    body = anthropic_error("No.", "not_found_error", "unknown_path", "r-1")

    error = {"type": "not_found_error", "message": "No.", "code": "unknown_path"}
    assert {"type": "error", "error": error, "request_id": "r-1"} == orjson.loads(body)
