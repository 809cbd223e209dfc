"""Who gives a command."""

import os
import pwd
import subprocess
import sys

import pytest

from gateway.cli.operator_name import operator_name

_ASK = "from gateway.cli.operator_name import operator_name; print(operator_name())"


def test_a_user_has_a_name() -> None:
    """
    It is the system's.
    """
    assert pwd.getpwuid(os.getuid()).pw_name == operator_name()


def test_a_user_without_a_name_is_a_number() -> None:
    """
    A container runs under a number that its list of users does not hold.
    """
    assert "uid-3999999999" == operator_name(3_999_999_999)


@pytest.mark.slow
def test_nobody_calls_themselves_somebody_else() -> None:
    """
    The audit log names who gave a command; the environment is theirs to choose.
    """
    lie = dict.fromkeys(("LOGNAME", "USER", "LNAME", "USERNAME"), "somebody-else")

    told = subprocess.run(
        [sys.executable, "-c", _ASK], env=os.environ | lie, capture_output=True, text=True, check=True
    )

    assert operator_name() == told.stdout.strip()
