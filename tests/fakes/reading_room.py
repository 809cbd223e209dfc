"""A librarian with everything around it, and exchanges that ask it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from gateway.cache.inquiry import Inquiry
from gateway.cache.key import Question
from gateway.cache.librarian import Librarian
from gateway.cache.memory_store import MemoryStore
from gateway.cache.purge import Purge
from gateway.cache.purges import Purges
from gateway.cache.replicas.board import Board
from gateway.cache.store import Store
from gateway.cache.strongbox import Strongbox
from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.state_store import Entry
from gateway.vocabulary.notice import Notice
from gateway.wire.frames import Frame, FrameSource
from tests.fakes.fixed_keys import FixedKeys
from tests.fakes.flights import HandSource, ReadingSink, SpyBill
from tests.fakes.virtual_time import settle_down


@dataclass
class Reader:
    """One exchange that asks, and what it got."""

    inquiry: Inquiry
    source: HandSource
    bill: SpyBill = field(default_factory=SpyBill)
    sink: ReadingSink = field(default_factory=ReadingSink)
    has_fetched: bool = False
    task: "asyncio.Task[None] | None" = None

    @property
    def status(self) -> str:
        """What `Cache-Status` says, without the key."""
        said = dict(self.inquiry.fields()).get(b"cache-status", b"").decode()
        return said.removeprefix("deepseek-gateway; ").partition("; key=")[0].partition('; detail="')[0]

    async def fetch(self) -> FrameSource:
        """Call the upstream."""
        self.has_fetched = True
        return self.source

    async def read(self) -> None:
        """Take the answer to its end."""
        try:
            answer = await self.inquiry.answer(self.fetch, self.bill)
            try:
                await answer.pour(self.sink)
            finally:
                answer.close()
        finally:
            self.inquiry.close()


class ReadingRoom:
    """A librarian; time moves when it is told to."""

    def __init__(
        self, store: Store | None = None, keys: FixedKeys | None = None, board: Board | None = None
    ) -> None:
        self.clock = FakeClock()
        self.keys = keys or FixedKeys()
        self.faults: list[BaseException] = []
        self.notices: list[Notice] = []
        self.orders_heard = 0
        self.tasks = LastTasks(self.faults.append)
        self.store = store or MemoryStore(self.clock, 10_000_000)
        strongbox = Strongbox(self.keys)
        self.purges = Purges(strongbox, self.store, self.clock, tasks=self.tasks, tell=self.notices.append)
        self.librarian = Librarian(
            self.store, strongbox, self.clock, tasks=self.tasks, orders=self.purges, board=board
        )

    def reader(self, question: Question | None, headers: Mapping[bytes, bytes] | None = None) -> Reader:
        """Let one exchange ask; its upstream answers when the test says so."""
        return Reader(self.librarian.inquire(headers or {}, question), HandSource())

    async def begin(self, question: Question, headers: Mapping[bytes, bytes] | None = None) -> Reader:
        """Let one exchange ask, and go on as far as it can."""
        reader = self.reader(question, headers)
        reader.task = asyncio.ensure_future(reader.read())
        await settle_down()
        return reader

    async def ask(
        self, question: Question, answer: list[Frame], headers: Mapping[bytes, bytes] | None = None
    ) -> Reader:
        """Let one exchange ask and take its answer, from an upstream that would say this."""
        reader = self.reader(question, headers)
        reader.source.give(*answer)
        reader.source.finish()
        await reader.read()
        await settle_down()
        return reader

    def order(self, **changes: object) -> Entry:
        """Let an order to forget be heard, and return it as others may hear it."""
        now = self.clock.wall()
        fields = {"tenant": "acme", "before": now, "ordered_at": now} | changes
        value = msgspec.json.encode(msgspec.convert(fields, Purge))
        entry = Entry("cache_purge", f"{self.orders_heard}/{now}", value, self.orders_heard + 1)
        self.hear(entry)
        return entry

    def hear(self, order: Entry) -> None:
        """Let an order be heard that was given elsewhere."""
        self.orders_heard += 1
        self.purges.take([order], is_whole=False)
