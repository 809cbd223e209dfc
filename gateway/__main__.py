"""`deepseek-gateway`: the command line."""

import argparse
import os
import sys
from importlib.metadata import version

from gateway.cli import (
    cache,
    credentials,
    keys,
    policy,
    redact,
    serve,
    signing_keys,
    simulator,
    state,
    tenants,
    usage,
    worker,
)
from gateway.cli.audit import verb as audit
from gateway.foundation.descriptors import occupy_standard_streams

_VERBS = (
    serve,
    policy,
    tenants,
    keys,
    signing_keys,
    credentials,
    cache,
    state,
    redact,
    audit,
    usage,
    simulator,
    worker,
)


# As of a program that the signal for it ended, which is what others in a pipeline do.
_READER_GONE = 128 + 13


def command_line() -> argparse.ArgumentParser:
    """Return what reads the command line: every verb with its acts and options."""
    parser = argparse.ArgumentParser(prog="deepseek-gateway", description="An LLM API gateway for DeepSeek.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('deepseek-gateway')}")
    subparsers = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb in _VERBS:
        verb.add_parser(subparsers)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    occupy_standard_streams()
    reader = command_line()
    words = sys.argv[1:] if arguments is None else arguments
    if not all(_is_text(word) for word in words):
        reader.error("an argument is no text in UTF-8, so nothing was done; look at the locale of this shell")
    parsed = reader.parse_args(words)
    try:
        exit_code: int = parsed.run(parsed)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read (`head`) has seen enough; what is left in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _READER_GONE
    return exit_code


def _is_text(word: str) -> bool:
    # What a shell gave in another encoding has surrogates here, and is the name of nobody.
    return not any("\ud800" <= letter <= "\udfff" for letter in word)


if __name__ == "__main__":
    sys.exit(main())
