"""The JSON Schema of the policy documents, for editors and for `policies/policy.schema.json`."""

import json
from typing import Any

import msgspec

from gateway.foundation.secret import Secret
from gateway.policy.documents import ModelsDocument, PlanDocument, TenantDocument, UpstreamsDocument
from gateway.redaction.rules import ProfileDocument
from gateway.usage.rules import PricesDocument

_DOCUMENTS = (
    TenantDocument,
    PlanDocument,
    ProfileDocument,
    ModelsDocument,
    UpstreamsDocument,
    PricesDocument,
)


def schema_text() -> str:
    """Return the schema as it is kept in the repository."""
    shapes, definitions = msgspec.json.schema_components(
        _DOCUMENTS, schema_hook=_secret_schema, ref_template="#/$defs/{name}"
    )
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "deepseek-gateway policy document",
        "anyOf": list(shapes),
        "$defs": definitions,
    }
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def _secret_schema(shape: type) -> dict[str, Any]:
    """Describe the one type of ours; of any other, msgspec asks a hook to raise NotImplementedError."""
    if shape is Secret:
        return {"type": "string", "description": "a secret; write ${NAME} and keep it out of the file"}
    raise NotImplementedError(shape.__name__)
