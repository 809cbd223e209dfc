"""What a policy document may say about the cache: which answers are kept, for whom and for how long."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

CacheScope = Literal["tenant", "project", "key", "user"]
FinishReason = Literal["stop", "tool_calls", "function_call", "length", "content_filter"]
CachedModels = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9._:/@*?-]{1,128}$",
        description="a model name, in which * stands for any text and ? for one character",
    ),
]
TtlSeconds = Annotated[
    int, Meta(ge=1, le=2_592_000, description="a whole number of seconds from 1 to 2592000 (30 days)")
]
ThoughtSeconds = Annotated[
    int, Meta(ge=1, le=86_400, description="a whole number of seconds from 1 to 86400 (a day)")
]
Temperature = Annotated[float, Meta(ge=0, le=2, description="a number from 0 to 2")]
AnswerBytes = Annotated[
    int, Meta(ge=1024, le=16 * 1024**2, description="a whole number of bytes from 1024 to 16777216 (16 MiB)")
]
Pace = Annotated[
    int, Meta(ge=0, le=10_000, description="a whole number of deltas a second up to 10000; 0 is at once")
]


class CacheRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    Which answers are kept and given again.

    `scope` is who shares them: everybody of a tenant, of a project, of one
    key, or one user. `max_temperature` is the highest at which an answer may
    stand for another one. `share` lets identical requests wait for one answer
    while it is still being written. `replay_deltas_per_second` paces a stream
    that comes from the cache.
    """

    enabled: bool = False
    scope: CacheScope = "tenant"
    models: tuple[CachedModels, ...] = ("*",)
    ttl_seconds: TtlSeconds = 3600
    max_temperature: Temperature = 1.0
    tools: bool = True
    max_answer_bytes: AnswerBytes = 1024 * 1024
    finish_reasons: tuple[FinishReason, ...] = ("stop", "tool_calls")
    share: bool = True
    replay_deltas_per_second: Pace = 0


class ThoughtRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    Whether what a model thought before it called tools is kept for clients that drop it.

    For `ttl_seconds`, and only where a model server wants its thoughts back.
    """

    enabled: bool = False
    ttl_seconds: ThoughtSeconds = 1800


class NarrowerCacheRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What a tenant, a project or a key takes back of the cache that its plan gives.

    `enabled: false` leaves it out altogether; a shorter time to live, or a
    narrower scope, counts in place of what stands above.
    """

    enabled: bool | None = None
    ttl_seconds: TtlSeconds | None = None
    scope: CacheScope | None = None
