"""
What an admin route is: who may call it, what it does, and what it tells.

A file of this folder makes a list of `AdminRoute`s and stands in `routes.py`;
the desk does all that is the same for each: who calls, whether they may, the
body, refusals, and the notice for the audit.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from gateway.edge.admin.refusals import BadAdminRequest
from gateway.identity.key_orders import Actor
from gateway.policy.book import PolicyBook
from gateway.vocabulary.notice import Notice

_MOST_DIGITS = 9
_FIELD = re.compile(r"([a-z_]+)")
_MENTIONED = re.compile(r"field `([^`]{1,64})`")


@dataclass(frozen=True, slots=True)
class AdminVisit:
    """
    One call of an administrator: `body` is the JSON that was sent, {} without one.

    `notices` tell of every act that changed something, without any secret.
    They are heard even where a later part of the call fails.
    """

    actor: Actor
    book: PolicyBook
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: dict[str, Any] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    def tell(self, notice: Notice) -> None:
        """Let everyone who listens hear of what was just done, however the call ends."""
        self.notices.append(notice)

    def number(self, name: str, default: int) -> int:
        """Return a whole number of the query, or what counts without it."""
        text = self.query.get(name, str(default))
        if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
            raise BadAdminRequest(f"{name} is a whole number, 0 or more.", param=name)
        return int(text)

    def wish(self, shape: type[Any]) -> Any:
        """Return the body as this shape; refuse it by its field."""
        try:
            return msgspec.convert(self.body, shape)
        except msgspec.ValidationError as error:
            raise bad_body(error) from error


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it."""

    document: Any
    status: int = 200


class NoWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of what takes none: a field that would be passed over is refused."""


@dataclass(frozen=True, slots=True)
class AdminRoute:
    """One thing that administrators may do; `asks` names what its query may say, None leaves that to it."""

    method: str
    path: str
    scope: str
    act: Callable[[AdminVisit], Awaitable[Done]]
    asks: tuple[str, ...] | None = ()


def bad_body(error: msgspec.ValidationError) -> BadAdminRequest:
    """Refuse a body by the field that is at fault."""
    reason, _, place = str(error).partition(" - at `$.")
    named = _FIELD.match(place) or _MENTIONED.search(reason)
    return BadAdminRequest(f"The request cannot be done: {reason}.", param=named[1] if named else None)
