"""The schema that readers of the log are given."""

import json

from gateway.audit.catalogue import CATALOGUE
from gateway.audit.schema import schema_text
from tests.fakes.audit_vectors import vectors_text
from tests.house.tree import ROOT


def test_the_published_schema_is_that_of_the_code() -> None:
    """
    docs/audit.schema.json is generated, never written.
    """
    assert schema_text() == (ROOT / "docs/audit.schema.json").read_text(encoding="utf-8")


def test_the_published_vectors_are_computed() -> None:
    """
    `python -m tests.fakes.audit_vectors > docs/audit-vectors.json` makes them anew.
    """
    assert vectors_text() == (ROOT / "docs/audit-vectors.json").read_text(encoding="utf-8")


def test_every_event_has_a_shape_and_none_has_a_fraction() -> None:
    """
    What is hashed has no number that two programs could write differently.
    """
    schema = json.loads(schema_text())

    events = [event for shape in schema["oneOf"] for event in shape["properties"]["event"]["enum"]]
    assert sorted(CATALOGUE) == sorted(events)
    assert '"number"' not in schema_text()
    assert all(not shape["additionalProperties"] for shape in schema["oneOf"])
