"""Who gives a command."""

import getpass
import os

import pytest

from gateway.cli.operator_name import operator_name


def test_a_user_has_a_name() -> None:
    """
    It is the system's.
    """
    assert getpass.getuser() == operator_name()


@pytest.mark.parametrize("error", [KeyError("getpwuid(): uid not found"), OSError("No username set")])
def test_a_user_without_a_name_is_a_number(error: Exception) -> None:
    """
    A container runs under a number that its list of users does not hold.
    """

    def ask() -> str:
        raise error

    assert f"uid-{os.getuid()}" == operator_name(ask)
