"""Commands as a shell would run them, in an environment of the test's own."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from tests.fakes.house import PolicyFolder, an_environ


class Verb(Protocol):
    """A file of `gateway.cli`."""

    def add_parser(self, subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Add the verb to a command line."""


def run_verb(verb: Verb, environ: Mapping[str, str], *words: str, **settings: object) -> int:
    """Run one command and return its exit status; `settings` go before what the verb presets."""
    parser = argparse.ArgumentParser()
    verb.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(words)
    args.environ = environ
    vars(args).update(settings)
    code: int = args.run(args)
    return code


def a_place(folder: Path) -> dict[str, str]:
    """Write the policies of three tenants, and return the environment of a gateway there."""
    PolicyFolder(folder / "policies", ["http://127.0.0.1:9"]).write()
    return an_environ(folder)


def said_besides(text: str) -> str:
    """Return what a command said, but for the note that its state folder is new."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("note: no gateway has used"))
