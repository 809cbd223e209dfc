"""One command on its way, and who is told what came of it."""

import asyncio
import hashlib
from importlib import resources
from typing import Any

from gateway.foundation.redis_link.failures import RedisFailure

Word = bytes | str | int


class Script:
    """A Lua script, and the hash under which Redis knows it once it was sent."""

    __slots__ = ("sha", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def read_script(package: str, name: str, **words: int) -> Script:
    """Return the script in a file of a package, with numbers in the place of these words."""
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    for word, number in words.items():
        text = text.replace(word, str(number))
    return Script(text)


class Call:
    """
    One command.

    `slot` is the hash slot of its keys (`slot_of`). `is_repeatable` says that
    doing it twice does no harm: only such a command is sent again when its
    connection broke before the reply came, and only once. What came of it is
    told through exactly one of `arrived` and `failed`.
    """

    __slots__ = ("is_repeatable", "script", "slot", "took_detour", "tries", "words")

    def __init__(
        self,
        words: tuple[Word, ...],
        slot: int = 0,
        *,
        is_repeatable: bool = False,
        script: Script | None = None,
    ) -> None:
        self.words = words
        self.slot = slot
        self.is_repeatable = is_repeatable
        self.script = script
        # How often its connection broke, and whether it went through redis-py.
        self.tries = 0
        self.took_detour = False

    @property
    def is_wanted(self) -> bool:
        """Whether somebody still wants it to be sent."""
        return True

    @property
    def is_spelled_out(self) -> bool:
        """Whether the whole script was sent, in place of its hash."""
        return self.words[0] == b"EVAL"

    def arrived(self, reply: Any) -> None:
        """Take the reply; never an error, and never waits."""

    def failed(self, failure: RedisFailure) -> None:
        """Hear that there will be no reply."""

    def plain_words(self) -> tuple[Word, ...]:
        """Return the words with the command's name as text, by which redis-py knows where its keys are."""
        name = self.words[0]
        return (name.decode() if isinstance(name, bytes) else name, *self.words[1:])

    def spell_out(self) -> bool:
        """Send the whole script the next time; false if that was done already, or there is none."""
        if self.script is None or self.is_spelled_out:
            return False
        self.words = (b"EVAL", self.script.text, *self.words[2:])
        return True


class AwaitedCall(Call):
    """A command whose reply somebody awaits; who stops waiting does not stop a command that was sent."""

    __slots__ = ("future",)

    def __init__(
        self,
        words: tuple[Word, ...],
        slot: int = 0,
        *,
        is_repeatable: bool = False,
        script: Script | None = None,
    ) -> None:
        super().__init__(words, slot, is_repeatable=is_repeatable, script=script)
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    @property
    def is_wanted(self) -> bool:
        """Whether somebody still waits."""
        return not self.future.done()

    def arrived(self, reply: Any) -> None:
        """Hand the reply over."""
        if not self.future.done():
            self.future.set_result(reply)

    def failed(self, failure: RedisFailure) -> None:
        """Raise in the one who waits."""
        if not self.future.done():
            self.future.set_exception(failure)
            # Looked at once, so that a failure nobody waits for is not logged as a fault.
            self.future.exception()
