"""Where the log is that an act works on."""

import argparse
from collections.abc import Mapping
from pathlib import Path


def log_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of the gateway's own log."""
    return Path(environ.get("GATEWAY_STATE_DIR") or "state") / "audit"


def log_folders(environ: Mapping[str, str]) -> list[Path]:
    """Return the folders of the gateway's own logs: the second device's too, once there is a log on it."""
    second = environ.get("GATEWAY_AUDIT_SECOND_DIR")
    others = [Path(second)] if second and (Path(second) / "writers").is_dir() else []
    return [log_folder(environ), *others]


def folders_of(args: argparse.Namespace) -> list[Path]:
    """Return the folder that was named, else those of the gateway's own logs."""
    return [args.folder] if args.folder is not None else log_folders(args.environ)


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Let an act work on another log than the gateway's own."""
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="the log's folder (default: $GATEWAY_STATE_DIR/audit, else state/audit)",
    )
