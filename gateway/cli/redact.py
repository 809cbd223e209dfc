"""`deepseek-gateway redact`: what each profile would make of a text."""

import argparse
import asyncio
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import orjson

from gateway.foundation.clock import SystemClock
from gateway.policy.errors import PolicyError, PolicyRejected
from gateway.policy.loader import load
from gateway.policy.profiles import compile_profiles, vet_profiles
from gateway.redaction.preview import Preview, preview
from gateway.redaction.profile import Profile
from gateway.redaction.redactor import Redactor
from gateway.redaction.scanners import finder_for


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the command line."""
    parser = subparsers.add_parser(
        "redact", help="show what each redaction profile would make of a text", description=__doc__
    )
    parser.add_argument("file", nargs="?", type=Path, help="a text file in UTF-8 (default: standard input)")
    parser.add_argument("--profile", help="this profile alone")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--policies",
        metavar="DIR",
        type=Path,
        default=Path(os.environ.get("GATEWAY_POLICIES") or "policies"),
        help="the policy folder (default: $GATEWAY_POLICIES, else ./policies)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what was asked for; 0 if all is well, 1 if there is nothing to show it with."""
    try:
        profiles = _profiles(args.policies, args.profile)
        text = _text(args.file)
    except PolicyRejected as rejected:
        sys.stderr.write("".join(f"{error}\n" for error in rejected.errors))
        return 1
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{args.file}: cannot be read as UTF-8 text ({error})\n")
        return 1
    previews = asyncio.run(_previews(text, profiles))
    sys.stdout.write(_as_json(previews) if args.json else "\n".join(map(_as_text, previews)))
    return 0


def _profiles(directory: Path, wanted: str | None) -> list[Profile]:
    documents = load(directory, os.environ)
    own = [error for error in documents.errors if error.file.startswith("redaction/")]
    errors = [*own, *(error for error in vet_profiles(documents) if error.file.startswith("redaction/"))]
    if not documents.redaction and not errors:
        errors.append(PolicyError("redaction/", "", f"there is no profile in {directory}"))
    if wanted is not None and wanted not in documents.redaction and not errors:
        known = ", ".join(documents.redaction)
        errors.append(PolicyError(f"redaction/{wanted}.yaml", "", f"is not there; there are: {known}"))
    if errors:
        raise PolicyRejected(errors)
    profiles = compile_profiles(documents.redaction, finder_for)
    return [profile for name, profile in profiles.items() if wanted in (None, name)]


def _text(file: Path | None) -> str:
    return sys.stdin.buffer.read().decode("utf-8") if file is None else file.read_text(encoding="utf-8")


async def _previews(text: str, profiles: list[Profile]) -> list[Preview]:
    # The key of nobody: the placeholders shown here are those of no tenant.
    key = secrets.token_bytes(32)
    redactor = Redactor(lambda _owner, _purpose: key, SystemClock())
    return [await preview(redactor, profile, text) for profile in profiles]


def _as_text(shown: Preview) -> str:
    counts = [f"  {entity}: {action}, {count} times" for entity, action, count in shown.counts]
    head = f"{shown.profile}: {shown.verdict}"
    return "\n".join([head, *counts, *(f"  | {line}" for line in (shown.text or "").splitlines())]) + "\n"


def _as_json(previews: list[Preview]) -> str:
    shown: list[Any] = [one.as_document() for one in previews]
    return orjson.dumps(shown, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
