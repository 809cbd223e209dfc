"""`deepseek-gateway audit rotate-key`: a new key signs the checkpoints."""

import argparse
import os
import sys
from typing import Any

from gateway.audit.catalogue import SignerChanged
from gateway.audit.record import time_text
from gateway.cli.audit.office import Office, run_act

# By then every process of the host has followed the state store.
_NOTICE_SECONDS = 10.0


def add_parser(acts: "argparse._SubParsersAction[Any]") -> None:
    """Add the act to the command line."""
    parser = acts.add_parser("rotate-key", help="let a new key sign the checkpoints, ten seconds from now on")
    parser.set_defaults(run=run, environ=os.environ)


def run(args: argparse.Namespace) -> int:
    """Make the key and print its public half, to be kept outside."""

    async def act(office: Office) -> int:
        since = time_text(office.clock.wall() + _NOTICE_SECONDS)
        for epoch in await office.room.rotate_signer(since):
            office.room.record("signer.changed", SignerChanged(epoch=epoch.epoch, key_id=epoch.public))
            sys.stdout.write(f"{epoch.origin} epoch {epoch.epoch} since {epoch.since}: {epoch.public}\n")
        return 0

    return run_act(args.environ, act)
