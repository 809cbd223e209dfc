"""The log is where the gateway keeps its state."""

from pathlib import Path

from gateway.cli.audit.place import log_folder


def test_the_log_is_in_the_state_folder() -> None:
    """
    That of the environment, else the one the gateway takes.
    """
    assert Path("/var/lib/gateway/audit") == log_folder({"GATEWAY_STATE_DIR": "/var/lib/gateway"})
    assert Path("state/audit") == log_folder({})
