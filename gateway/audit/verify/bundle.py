"""A proof that some records are in a log, checked without the log."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.audit.merkle import includes, leaf_hash
from gateway.audit.verify.finding import broken
from gateway.audit.verify.heads import KeptCheckpoint, kept_of
from gateway.audit.verify.signatures import KeyHistory, SignedPoint, key_history, opened_at

PROOF_FORMAT = "deepseek-gateway audit proof"
PROOF_VERSION = 1

_PLACE = re.compile(r'\{"v":1,"writer":"([^"]+)","seq":(0|[1-9][0-9]{0,15}),[^\n]*\}')


@dataclass(frozen=True, slots=True)
class ProvenRecords:
    """Records that a signed checkpoint covers, and the key and the moment that stand behind it."""

    lines: tuple[str, ...]
    origin: str
    sworn_at: str
    key: str


def verify_bundle(
    text: bytes, *, pins: Sequence[str] = (), anchors: Sequence[KeptCheckpoint] = ()
) -> ProvenRecords:
    """Check a proof; raise `Broken` where it fails. If `anchors` are given, its checkpoint is one of them."""
    said = _object(text)
    lines = [json.dumps(epoch).encode() for epoch in said["epochs"]]
    keys = key_history(lines, pins, said["origin"])
    point = opened_at(said["checkpoint"], keys, "checkpoint")
    _hold_against(anchors, keys, point)
    records = tuple(
        _proven(entry, point, place=f"records[{number}]") for number, entry in enumerate(said["records"])
    )
    return ProvenRecords(records, point.origin, point.time, keys.epochs[0].public)


def _object(text: bytes) -> Mapping[str, Any]:
    try:
        said: Any = json.loads(text)
        if (said["format"], said["version"]) != (PROOF_FORMAT, PROOF_VERSION):
            raise broken("format", f"this is no proof of version {PROOF_VERSION}")
        shape = {"epochs": list, "records": list, "checkpoint": str, "origin": str}
        if not all(isinstance(said[name], kind) for name, kind in shape.items()) or not said["records"]:
            raise broken("bundle", "a part is missing or of another shape")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise broken("bundle", "this is no proof") from error
    result: Mapping[str, Any] = said
    return result


def _hold_against(anchors: Sequence[KeptCheckpoint], keys: KeyHistory, point: SignedPoint) -> None:
    kept = [opened_at(anchor.note, keys, anchor.place) for anchor in kept_of(keys, anchors)]
    if kept and (point.size, point.root) not in [(one.size, one.root) for one in kept]:
        raise broken("checkpoint", "it is none of the checkpoints that were kept elsewhere")


def _proven(entry: Any, point: SignedPoint, *, place: str) -> str:
    try:
        line, path = entry["line"], _hashes(entry["path"])
        head_line, head_path = entry["head"]["line"], _hashes(entry["head"]["path"])
        head, index = json.loads(head_line), int(entry["head"]["index"])
        root, size, writer = bytes.fromhex(head["root"]), int(head["records"]), head["writer"]
        found = _PLACE.fullmatch(line)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise broken(place, "a part is missing or of another shape") from error
    if not includes(leaf_hash(head_line.encode()), index, size=point.size, path=head_path, root=point.root):
        raise broken(f"{place}.head", "the checkpoint does not cover this head")
    if found is None or found[1] != writer:
        raise broken(f"{place}.line", "the line is no record of the head's writer")
    if not includes(leaf_hash(line.encode()), int(found[2]), size=size, path=path, root=root):
        raise broken(f"{place}.line", "the head does not cover this record")
    proven: str = line
    return proven


def _hashes(path: Sequence[str]) -> list[bytes]:
    hashes = [bytes.fromhex(one) for one in path]
    if any(len(one) != 32 for one in hashes):
        raise ValueError("not a hash")
    return hashes
