"""
What a model thought before it called tools, kept for clients that drop it between two turns.

A thought is kept as the model said it, with placeholders in the place of
private values, under a name that tenant, project, credential, user, model,
call and question make together: nobody else can name it, and a call id that
a careless server gives twice leads nowhere. It is locked like an answer, and
is forgotten by the same orders.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import orjson

from gateway.cache.entry import Label, NotAnEntry, expand, squeeze
from gateway.cache.purge import Orders
from gateway.cache.store import Address, Look, Store
from gateway.cache.strongbox import Strongbox, TenantBox
from gateway.foundation.clock import Clock
from gateway.foundation.keys import NoDataKey
from gateway.vocabulary.caller import Caller
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.thoughts import ThoughtReader, Turn, asked_last, forgotten_turns

MOST_TURNS = 128
"""Of a longer conversation the latest turns count."""
MOST_CHARACTERS = 1_048_576
"""So much is given back to one request."""
# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_DELTA, _ERROR = FrameKind.DELTA, FrameKind.ERROR


class ThoughtKeeper:
    """Remember thoughts in a store, which may forget them earlier; `orders` say what has to be forgotten."""

    def __init__(self, store: Store, strongbox: Strongbox, clock: Clock, *, orders: Orders) -> None:
        self.store = store
        self.clock = clock
        self.orders = orders
        self.rejected = 0
        self._strongbox = strongbox

    def of(self, caller: Caller, model: str, ttl_seconds: int) -> "Thoughts | None":
        """Return what is remembered for this caller of this model; None where nothing can be locked."""
        try:
            box = self._strongbox.of(caller.tenant)
        except NoDataKey:
            return None
        return Thoughts(self, box, caller, model, ttl_seconds)


class Thoughts:
    """The thoughts of one model that one caller may be given back."""

    def __init__(
        self, keeper: ThoughtKeeper, box: TenantBox, caller: Caller, model: str, ttl_seconds: int
    ) -> None:
        self._keeper = keeper
        self._box = box
        self._caller = caller
        self._model = model
        self._ttl_seconds = ttl_seconds
        whose = ["thought", model, caller.project, caller.account, caller.user or ""]
        self._whose = msgspec.msgpack.encode(whose)

    async def recall(self, body: Mapping[str, Any]) -> dict[int, str]:
        """Return by the places of their turns the thoughts that this sealed conversation lost."""
        looks = [*self._looks([*forgotten_turns(body)][-MOST_TURNS:])]
        found: dict[int, str] = {}
        left = MOST_CHARACTERS
        for turn, name, look in reversed(looks):
            entry = look if look is None or isinstance(look, bytes) else await look
            text = None if entry is None else self._opened(name, entry)
            if text is not None and len(text) <= left:
                left -= len(text)
                found[turn.place] = text
        return found

    def listening(self, body: Mapping[str, Any]) -> "Listening":
        """Return the stage that hears the still sealed answer to this sealed conversation."""
        keeper, caller = self._keeper, self._caller
        # An order to forget is about all that was asked before it, told or not.
        era, now = keeper.orders.era(caller.tenant), keeper.clock.wall()
        label = self._box.label(
            now, self._ttl_seconds, era, caller.project, self._model, caller.credential_id
        )
        return Listening(self, asked_last(body), label)

    def keep(self, call_id: str, asked: Any, text: str, label: Label) -> None:
        """Keep a thought of an answer that was asked for as the label says; never waits, never fails."""
        box, name = self._box, self._name(call_id, _digest(asked))
        entry = box.lock(name, label, squeeze(text.encode()))
        self._keeper.store.keep(Address(box.tag, name), entry, label.ttl_seconds)

    def _looks(self, turns: Sequence[Turn]) -> Iterator[tuple[Turn, bytes, Look]]:
        asked, digest = None, b""
        for turn in turns:
            # Many turns answer one question, which may hold a picture.
            if not digest or turn.asked is not asked:
                asked, digest = turn.asked, _digest(turn.asked)
            name = self._name(turn.call_id, digest)
            yield turn, name, self._keeper.store.look(Address(self._box.tag, name))

    def _name(self, call_id: str, digest: bytes) -> bytes:
        return self._box.name(self._whose, digest + call_id.encode())

    def _opened(self, name: bytes, entry: bytes) -> str | None:
        keeper = self._keeper
        try:
            label, content = self._box.open(name, entry)
            text = expand(content).decode()
        except (NotAnEntry, UnicodeDecodeError):
            keeper.rejected += 1
            return None
        if keeper.orders.forbid(self._caller.tenant, name, label):
            return None
        # A shorter time in the plan counts at once for what is there already.
        age = keeper.clock.wall() - label.made_at
        return text if age < min(label.ttl_seconds, self._ttl_seconds) else None


class Listening:
    """Hear an answer pass, and keep what was thought in it once it has ended properly."""

    __slots__ = ("_asked", "_label", "_reader", "_thoughts")

    def __init__(self, thoughts: Thoughts, asked: Any, label: Label) -> None:
        self._thoughts = thoughts
        self._asked = asked
        self._label = label
        self._reader = ThoughtReader()

    def feed(self, frame: Frame) -> Sequence[Frame]:
        """Hear one frame and let it pass."""
        kind = frame.kind
        if kind is not _ERROR:
            self._reader.feed(frame)
            if kind is not _DELTA and (heard := self._reader.thought()) is not None:
                self._thoughts.keep(heard[0], self._asked, heard[1], self._label)
        return (frame,)

    def finish(self) -> Sequence[Frame]:
        """Nothing is held back."""
        return ()


def _digest(asked: Any) -> bytes:
    return hashlib.blake2b(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS), digest_size=32).digest()
