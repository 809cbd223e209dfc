"""What a policy document may say about where answers come from."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.upstreams.credentials.rules import CredentialRules

Seconds = Annotated[
    float, Meta(gt=0, le=86_400, description="a number of seconds above 0 and up to 86400 (a day)")
]
Count = Annotated[int, Meta(ge=1, le=100_000, description="a whole number from 1 to 100000")]


class TimeoutRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long an upstream may take for each part of a call."""

    connect_seconds: Seconds = 5.0
    queue_seconds: Seconds = 10.0
    first_token_seconds: Seconds = 300.0
    stall_seconds: Seconds = 120.0
    total_seconds: Seconds = 1800.0


class UpstreamRules(CredentialRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    One server that answers.

    `residency` says where it computes and has no default. `available` says
    when routes may use it: `always`, `when_credential_set`, or
    `when_answering` (it answered when the policies were read). The kind
    `simulator` is the built-in pretend DeepSeek and takes no `base_url`.
    `stream_usage: false` is for servers that refuse `stream_options`: the
    tokens of their streams are counted here. `fim_template` has the marks
    between which a model fills a gap, for servers that know no `suffix`.
    """

    kind: str
    residency: Literal["external", "on_premises"]
    base_url: str = ""
    available: Literal["always", "when_credential_set", "when_answering"] = "always"
    transport: Literal["http1", "httpx2"] = "http1"
    http2: bool = False
    forward_proxy: str | None = None
    connections: Count = 4096
    queue: Count = 4096
    stream_usage: bool = True
    fim_template: str = ""
    timeouts: TimeoutRules = TimeoutRules()
