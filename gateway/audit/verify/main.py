"""The verifier's own command line, which also stands alone in one file."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.verify.bundle import ProvenRecords, verify_bundle
from gateway.audit.verify.finding import Broken
from gateway.audit.verify.folder import LogReport, NoLog, verify_folder
from gateway.audit.verify.heads import KeptCheckpoint, kept_checkpoints
from gateway.audit.verify.signatures import exact_base64

GOOD, BAD, UNCHECKED = 0, 1, 2
_KEY_BYTES = 32
EXIT_CODES = (
    "exit status: 0 it proves itself; 1 it does not, the first line says where; 2 nothing was checked"
)


class NoKey(Exception):
    """What should be pinned is no key: the check would be a weaker one than was asked for."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say how to pin keys and checkpoints; shared with `deepseek-gateway audit verify`."""
    parser.add_argument(
        "--pin",
        action="append",
        default=[],
        metavar="KEY",
        help="a public key that you keep: its base64, or a file with keys; may be repeated",
    )
    parser.add_argument(
        "--anchor",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help="a checkpoint that was kept elsewhere, or a folder of them; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a log's folder or a proof; return the exit status."""
    parser = argparse.ArgumentParser(description="Check an audit log or a proof.", epilog=EXIT_CODES)
    parser.add_argument("path", type=Path, metavar="FOLDER|PROOF", help="a log's folder, or a proof's file")
    add_arguments(parser)
    args = parser.parse_args(arguments)
    return say(checked(args.path, args.pin, args.anchor, as_json=args.json))


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said, and the exit status; a `complaint` says why nothing was checked."""

    status: int
    text: str = ""
    complaint: str = ""


def say(answer: Answer) -> int:
    """Print an answer and return its status."""
    sys.stdout.write(answer.text)
    sys.stderr.write(answer.complaint)
    return answer.status


def checked(path: Path, pins: Sequence[str], anchors: Sequence[Path], *, as_json: bool) -> Answer:
    """Check what is at the path and return what was found."""
    try:
        keys = [key for pin in pins for key in read_pins(pin)]
        kept = kept_checkpoints(anchors)
        if path.is_file():
            return _checked_proof(path, keys, kept, as_json=as_json)
        report = verify_folder(path, pins=keys, anchors=kept)
    except (NoLog, NoKey, Broken, OSError) as error:
        return Answer(UNCHECKED, complaint=f"nothing was checked: {error}\n")
    return Answer(GOOD if report.is_good else BAD, _as_json(report) if as_json else told(report))


def told(report: LogReport) -> str:
    """Return what was found, for a person to read."""
    lines = [str(finding) for finding in report.findings]
    if report.findings:
        lines.append(f"BAD: {len(report.findings)} findings; the first bad place is {report.findings[0]}")
    else:
        lines.append(
            f"GOOD: {report.records} records of {report.writers} writers, {report.checkpoints} checkpoints, "
            f"sworn to until {report.sworn_until or 'no time yet'}"
        )
        lines.append(f"first key: {report.key}")
        lines += [f"expired segments: {report.expired_segments}"] if report.expired_segments else []
        lines += [f"kept texts that are whole: {report.texts}"] if report.texts else []
    return "".join(f"{line}\n" for line in [*lines, *(f"note: {note}" for note in report.notes)])


def read_pins(pin: str) -> list[str]:
    """Return the public keys that an argument names: itself, or what stands in a file; raise `NoKey`."""
    path = Path(pin)
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else pin
    # A kept copy of epochs.jsonl, or keys with anything white between them.
    parts = text.splitlines() if text.startswith("{") else text.split()
    keys = [key for part in parts if (key := _key_in(part)) is not None]
    if not keys or len(keys) < len(parts):
        raise NoKey(f"--pin {pin[:120]} is neither a public key nor a file of some")
    return keys


def _key_in(text: str) -> str | None:
    try:
        key: str = json.loads(text)["public"] if text.startswith("{") else text
        return key if len(exact_base64(key)) == _KEY_BYTES else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _checked_proof(
    path: Path, pins: Sequence[str], kept: Sequence[KeptCheckpoint], *, as_json: bool
) -> Answer:
    try:
        proven = verify_bundle(path.read_bytes(), pins=pins, anchors=kept)
    except Broken as failure:
        said = json.dumps({"good": False, "findings": [str(failure)]})
        return Answer(BAD, f"{said}\n" if as_json else f"BAD: {failure}\n")
    return Answer(GOOD, _proof_json(proven) if as_json else _proof_told(proven, is_pinned=bool(pins)))


def _proof_told(proven: ProvenRecords, *, is_pinned: bool) -> str:
    lines = [*proven.lines, f"GOOD: the log {proven.origin} swore to these records by {proven.sworn_at}"]
    lines.append(f"first key: {proven.key}")
    if not is_pinned:
        lines.append("note: no key was pinned (--pin): compare the first key with one that you got elsewhere")
    return "".join(f"{line}\n" for line in lines)


def _proof_json(proven: ProvenRecords) -> str:
    records = [json.loads(line) for line in proven.lines]
    said = {"good": True, "origin": proven.origin, "sworn_at": proven.sworn_at, "key": proven.key}
    return f"{json.dumps({**said, 'records': records})}\n"


def _as_json(report: LogReport) -> str:
    said = {
        "good": report.is_good,
        "findings": [
            {"file": one.file, "line": one.line, "seq": one.seq, "what": one.what} for one in report.findings
        ],
        "notes": report.notes,
        "records": report.records,
        "writers": report.writers,
        "checkpoints": report.checkpoints,
        "anchors": report.anchors,
        "expired_segments": report.expired_segments,
        "texts": report.texts,
        "sworn_until": report.sworn_until,
        "key": report.key,
    }
    return f"{json.dumps(said)}\n"
