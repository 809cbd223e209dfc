"""What can go wrong with Redis, told apart by what it means for the command."""

import re

# Before Redis 7, the error that ended a script stands within another one.
_WITHIN_A_SCRIPT = re.compile(r"^ERR Error running script .*?@user_script: ?\d+: -?([A-Z]+) ")


class RedisFailure(Exception):
    """A command got no good reply."""


class RedisDown(RedisFailure):
    """There is no connection; the command was not sent."""


class RedisBusy(RedisFailure):
    """Too many commands wait already; this one was not sent."""


class RedisLost(RedisFailure):
    """The connection broke, or the reply was too late: nobody knows whether the command was done."""


class RedisRefused(RedisFailure):
    """
    Redis answered with an error; the command was not done.

    `code` is its first word, or that of the error within a script: OOM,
    READONLY, LOADING, BUSY, NOPERM, ERR ...
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        within = _WITHIN_A_SCRIPT.match(message)
        self.code = within[1] if within else message.partition(" ")[0]


class UnfitRedis(RedisFailure):
    """
    A Redis that we must not use: it would lose state, or it does not let us in.

    The message is for the operator and names the way out; no password is in it.
    """
