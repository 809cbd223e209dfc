"""A running gateway whose owner is known, and the calls of administrators."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome
from tests.fakes.house import Answer, House, a_house

OWNER = "the-key-of-the-owner-for-tests"


class Notices:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[Notice] = []

    def exchange_ended(self, outcome: Outcome) -> None:
        """Exchanges are of no interest here."""

    def noticed(self, notice: Notice) -> None:
        """Keep it."""
        self.heard.append(notice)


class Office:
    """A gateway seen by its administrators."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def ask(self, method: str, path: str, body: object = b"", *, key: str | None = OWNER) -> Answer:
        """Call a path as the owner, or as someone else."""
        return await self.house.ask(body, path=path, method=method, key=key)

    async def make(self, *, key: str = OWNER, **wish: Any) -> dict[str, Any]:
        """Make a key of acme, or of whom the wish names."""
        answer = await self.ask("POST", "/admin/v1/keys", {"tenant": "acme"} | wish, key=key)
        assert 201 == answer.status, answer.body
        made: dict[str, Any] = answer.document
        return made

    async def told_of(self, method: str, path: str, body: object = b"") -> list[Notice]:
        """Call a path, and return what listeners of the desk were told of it; it must succeed."""
        answer, heard = await self.heard_of(method, path, body)
        assert answer.status < 300, answer.body
        return heard

    async def heard_of(
        self, method: str, path: str, body: object = b"", key: str | None = OWNER
    ) -> tuple[Answer, list[Notice]]:
        """Call a path, and return its answer and what listeners of the desk were told, however it ended."""
        desk, ear = self.house.gateway.doors.admin_desk, Notices()
        before = desk.listeners
        desk.listeners = (*before, ear)
        answer = await self.ask(method, path, body, key=key)
        desk.listeners = before
        return answer, ear.heard


@asynccontextmanager
async def an_office(folder: Path, **environ: str) -> AsyncIterator[Office]:
    """Serve with an owner until the block ends."""
    settings: Mapping[str, str] = {"GATEWAY_ADMIN_KEY": OWNER} | environ
    async with a_house(folder, environ=settings) as house:
        yield Office(house)
