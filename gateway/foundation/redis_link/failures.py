"""What can go wrong with Redis, told apart by what it means for the command."""


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

    `code` is its first word: OOM, READONLY, LOADING, BUSY, NOPERM, ERR ...
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.code = message.partition(" ")[0]


class UnfitRedis(RedisFailure):
    """
    A Redis that we must not use: it would lose state, or it does not let us in.

    The message is for the operator and names the way out; no password is in it.
    """
