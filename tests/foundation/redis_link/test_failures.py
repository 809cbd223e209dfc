"""What can go wrong with Redis."""

import pytest

from gateway.foundation.redis_link.failures import RedisRefused


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("OOM command not allowed. script: 928, on @user_script:1.", "OOM"),
        ("ERR Error running script (call to f_9): @user_script:1: @user_script: 1: -OOM no room", "OOM"),
        ("ERR Error running script (call to f_9): @user_script:12: WRONGTYPE Operation", "WRONGTYPE"),
        ("ERR Error running script (call to f_9): @user_script:1: user_script:1: a nil value", "ERR"),
        ("ERR value is not an integer", "ERR"),
    ],
)
def test_the_code_is_that_of_the_command_that_failed(message: str, code: str) -> None:
    """
    Redis 6.2 puts what ended a script into an error of its own, Redis 7 does not.
    """
    assert code == RedisRefused(message).code
