"""`deepseek-gateway`: the command line."""

import argparse
import sys

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


def command_line() -> argparse.ArgumentParser:
    """Return what reads the command line: every verb with its acts and options."""
    parser = argparse.ArgumentParser(prog="deepseek-gateway", description="An LLM API gateway for DeepSeek.")
    subparsers = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb in _VERBS:
        verb.add_parser(subparsers)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    occupy_standard_streams()
    parsed = command_line().parse_args(arguments)
    exit_code: int = parsed.run(parsed)
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
