"""The test vectors of docs/audit-spec.md; run it as a module to print docs/audit-vectors.json."""

import base64
import hashlib
import hmac
import json
import sys
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.catalogue import Destination, Heartbeat, LogOpened, RequestAdmitted, RequestEnded, Try
from gateway.audit.chain import Chain
from gateway.audit.checkpoint import Checkpoint, Epoch, Head, approve, encode_head, public_text, sign
from gateway.audit.merkle import consistency_path, inclusion_path, leaf_hash, root_of

WRITER = "web1-0-20261127T061409123456Z"
ORIGIN = "deepseek-gateway.web1.5f0c2a71"
SEEDS = (bytes(range(32)), bytes(range(32, 64)))
TIME = "2026-11-27T06:14:09.500000Z"


def vectors_text() -> str:
    """Return the vectors as they are kept in docs."""
    lines = _lines()
    leaves = [leaf_hash(line) for line in lines]
    heads = [_head(leaves[:count]) for count in (2, 5)]
    vectors = {
        "records": [{"line": line.decode(), "hash": leaf_hash(line).hex()} for line in lines],
        "roots": [root_of(leaves[:count]).hex() for count in range(len(leaves) + 1)],
        "inclusion": [
            {
                "index": index,
                "size": len(leaves),
                "path": [step.hex() for step in inclusion_path(leaves, index)],
            }
            for index in range(len(leaves))
        ],
        "consistency": [
            {
                "first": first,
                "second": len(leaves),
                "path": [step.hex() for step in consistency_path(leaves, first)],
            }
            for first in range(1, len(leaves) + 1)
        ],
        "heads": [head.decode() for head in heads],
        **_signed([leaf_hash(head) for head in heads]),
        "personal": _personal(),
    }
    return json.dumps(vectors, indent=1, ensure_ascii=False) + "\n"


def _lines() -> list[bytes]:
    chain = Chain(WRITER)
    common: dict[str, Any] = {"request_id": "req_1", "tenant": "acme", "path": "/v1/chat/completions"}
    there = (Destination(upstream="deepseek", residency="external"),)
    tries = (
        Try(upstream="deepseek", model="deepseek-flash", residency="external", status=200, micros=900_000),
    )
    steps = (
        ("log.opened", LogOpened(origin=ORIGIN, version="0.1.0")),
        (
            "request.admitted",
            RequestAdmitted(**common, level="metadata", clearance="external", destinations=there),
        ),
        (
            "request.completed",
            RequestEnded(**common, ending="finished", status=200, admitted=True, tries=tries),
        ),
        (
            "request.blocked",
            RequestEnded(request_id="req_二", ending="refused", status=401, code="invalid_credential"),
        ),
        ("log.heartbeat", Heartbeat()),
    )
    return [
        chain.link(event, facts, time=TIME, mono=number * 1000)[:-1]
        for number, (event, facts) in enumerate(steps)
    ]


def _head(leaves: list[bytes]) -> bytes:
    return encode_head(
        Head(writer=WRITER, records=len(leaves), root=root_of(leaves).hex(), last=leaves[-1].hex(), time=TIME)
    )


def _signed(leaves: list[bytes]) -> dict[str, Any]:
    first, second = [Ed25519PrivateKey.from_private_bytes(seed) for seed in SEEDS]
    epochs = [Epoch(epoch=1, origin=ORIGIN, public=public_text(first), since="2026-11-27T06:00:00.000000Z")]
    later = Epoch(epoch=2, origin=ORIGIN, public=public_text(second), since="2026-12-01T00:00:00.000000Z")
    epochs.append(approve(later, first))
    checkpoint = Checkpoint(ORIGIN, len(leaves), root_of(leaves), TIME, 1)
    return {
        "seeds": [seed.hex() for seed in SEEDS],
        "epochs": [{name: getattr(epoch, name) for name in epoch.__struct_fields__} for epoch in epochs],
        "note": sign(checkpoint, first),
    }


def _personal() -> dict[str, str]:
    key = bytes(range(64, 96))
    digest = hmac.new(key, b"subject\nmaria", hashlib.sha256).digest()[:16]
    return {
        "key": base64.b64encode(key).decode(),
        "period": "2026-11",
        "kind": "subject",
        "value": "maria",
        "written": f"h1:2026-11:{digest.hex()}",
    }


if __name__ == "__main__":
    sys.stdout.write(vectors_text())
