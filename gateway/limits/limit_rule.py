"""What all kinds of limit have in common: whose they are, and how a policy writes them."""

from abc import ABCMeta, abstractmethod
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from gateway.limits.windows import Calendar, Lease, Rolling
from gateway.vocabulary.demand import Amounts

Scope = Literal["tenant", "project", "key", "end_user", "model"]
LimitName = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9][a-z0-9-]{0,39}$",
        description="a name of up to 40 small letters, digits and dashes, which callers are told",
    ),
]
LimitGlob = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9._:/@*?-]{1,128}$",
        description="a model name, in which * stands for any text and ? for one character",
    ),
]
Units = Annotated[int, Meta(ge=1, le=10**12, description="a whole number from 1 to 1000000000000")]
WindowSeconds = Annotated[
    int, Meta(ge=1, le=31 * 86_400, description="whole seconds from 1 to 2678400 (31 days)")
]
Unit = Literal["requests", "tokens", "concurrent-requests", "money", "none"]


class AbstractStruct(msgspec.StructMeta, ABCMeta):
    """The metaclass of a struct whose kinds have to say what it leaves open."""


class LimitRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """
    One limit of a plan.

    `per` says whose use is counted together: [tenant] all of it, [key] each
    key alone, [project, model] each model within each project. `models` says
    which requests it counts. With `mode: shadow` it counts and reports and
    refuses nothing.
    """

    unit: ClassVar[Unit] = "none"
    counts_tokens: ClassVar[bool] = False

    name: LimitName
    per: tuple[Scope, ...] = ("tenant",)
    models: tuple[LimitGlob, ...] = ("*",)
    mode: Literal["enforce", "shadow"] = "enforce"

    @property
    def kind(self) -> str:
        """What its policy document calls this kind of limit."""
        return str(self.__struct_config__.tag)

    @property
    def is_shadow(self) -> bool:
        """Whether it only counts and reports."""
        return self.mode == "shadow"

    @property
    def currency(self) -> str | None:
        """The currency that it counts, if it counts money."""
        return None

    def objections(self) -> Iterator[tuple[str, str]]:
        """Yield key and reason of what cannot be kept."""
        if not self.per:
            yield ".per", "is empty; write [tenant], [project], [key], [end_user] or [model], or several"
        if len(set(self.per)) < len(self.per):
            yield ".per", "names a scope twice; keep one of them"
        if not self.models:
            yield ".models", "is empty, so nothing would be counted; remove the key for all models"


class CountedLimit(LimitRule, metaclass=AbstractStruct, frozen=True, kw_only=True):
    """A limit whose use a ledger counts."""

    @property
    def mark(self) -> str:
        """What tells its counters from those of a limit of the same name that counts something else."""
        return f"{self.counted}-{self.window.mark}"

    @property
    def counted(self) -> str:
        """What is counted, in short."""
        return self.unit[0]

    @property
    @abstractmethod
    def capacity(self) -> int:
        """How much is allowed."""

    @property
    @abstractmethod
    def window(self) -> Rolling | Calendar | Lease:
        """Where its use is counted."""

    @abstractmethod
    def measure(self, amounts: Amounts) -> int:
        """Return how much of this limit so much takes."""
