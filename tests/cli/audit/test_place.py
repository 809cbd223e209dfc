"""The log is where the gateway keeps its state."""

import argparse
from pathlib import Path

from gateway.cli.audit.place import add_folder, folders_of, log_folder, log_folders


def test_the_log_is_in_the_state_folder() -> None:
    """
    That of the environment, else the one the gateway takes.
    """
    assert Path("/var/lib/gateway/audit") == log_folder({"GATEWAY_STATE_DIR": "/var/lib/gateway"})
    assert Path("state/audit") == log_folder({})


def test_another_folder_can_be_named() -> None:
    """
    Else it is the gateway's own.
    """
    parser = argparse.ArgumentParser()
    add_folder(parser)
    parser.set_defaults(environ={"GATEWAY_STATE_DIR": "/s"})

    assert [[Path("/copy")], [Path("/s/audit")]] == [
        folders_of(parser.parse_args(words)) for words in (["--folder", "/copy"], [])
    ]


def test_a_second_device_counts_once_there_is_a_log_on_it(tmp_path: Path) -> None:
    """
    Before, there is nothing to read.
    """
    environ = {"GATEWAY_STATE_DIR": "/s", "GATEWAY_AUDIT_SECOND_DIR": str(tmp_path)}
    before = log_folders(environ)
    (tmp_path / "writers").mkdir()

    assert ([Path("/s/audit")], [Path("/s/audit"), tmp_path]) == (before, log_folders(environ))
