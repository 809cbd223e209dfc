"""The JSON Schema of every record, for whoever reads the log; kept in docs/audit.schema.json."""

import json
from typing import Any

import msgspec

from gateway.audit.catalogue import CATALOGUE
from gateway.audit.record import NO_RECORD, VERSION, WRITER

_ENVELOPE: dict[str, Any] = {
    "v": {"const": VERSION, "description": "the version of the format"},
    "writer": {"type": "string", "pattern": f"^{WRITER}$", "description": "host, slot and start"},
    "seq": {"type": "integer", "minimum": 0, "description": "the place in the writer's chain, from 0"},
    "time": {
        "type": "string",
        "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$",
        "description": "when it happened, UTC",
    },
    "mono": {"type": "integer", "minimum": 0, "description": "microseconds of the host's monotonic clock"},
    "prev": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": f"the hash of the record before; of the first, {NO_RECORD[:8]}... (zeros)",
    },
}


def schema_text() -> str:
    """Return the schema as it is kept in the repository."""
    shapes = tuple(dict.fromkeys(CATALOGUE.values()))
    _, definitions = msgspec.json.schema_components(shapes, ref_template="#/$defs/{name}")
    facts = {shape: definitions.pop(shape.__name__) for shape in shapes}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "deepseek-gateway audit record",
        "oneOf": [_record(_events_of(shape), facts[shape]) for shape in shapes],
        "$defs": definitions,
    }
    return json.dumps(schema, indent=1) + "\n"


def _events_of(shape: type[msgspec.Struct]) -> list[str]:
    return [event for event, facts in CATALOGUE.items() if facts is shape]


def _record(events: list[str], facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": facts["title"],
        "description": facts.get("description", ""),
        "type": "object",
        "properties": {**_ENVELOPE, "event": {"enum": events}, **facts["properties"]},
        "required": [*_ENVELOPE, "event", *facts["required"]],
        "additionalProperties": False,
    }
