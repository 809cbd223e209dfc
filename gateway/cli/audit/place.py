"""Where the log is that an act works on."""

import argparse
from collections.abc import Mapping
from pathlib import Path


def log_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of the gateway's own log."""
    return Path(environ.get("GATEWAY_STATE_DIR") or "state") / "audit"


def folder_of(args: argparse.Namespace) -> Path:
    """Return the folder that was named, else that of the gateway's own log."""
    return args.folder or log_folder(args.environ)


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Let an act work on another log than the gateway's own."""
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="the log's folder (default: $GATEWAY_STATE_DIR/audit, else state/audit)",
    )
