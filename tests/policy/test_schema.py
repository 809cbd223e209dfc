"""The JSON Schema of the documents."""

import json

from gateway.policy.schema import schema_text


def test_the_schema_knows_the_four_documents() -> None:
    """
    Editors can be pointed at each document's own definition.
    """
    schema = json.loads(schema_text())

    assert {"TenantDocument", "PlanDocument", "ModelsDocument", "UpstreamsDocument"} <= schema["$defs"].keys()
    assert all(entry["$ref"].removeprefix("#/$defs/") in schema["$defs"] for entry in schema["anyOf"])


def test_the_schema_refuses_unknown_keys() -> None:
    """
    No definition of ours is open.
    """
    definitions = json.loads(schema_text())["$defs"]

    assert [] == [name for name, shape in definitions.items() if shape["additionalProperties"] is not False]


def test_the_schema_is_the_same_each_time() -> None:
    """
    The kept file changes only when the documents do.
    """
    assert schema_text() == schema_text()
