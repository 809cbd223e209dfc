"""What a policy document may say about private data: so far, that it passes unchanged."""

from typing import Literal

import msgspec


class RedactionRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which profile hides private data; no profile but `none` is built yet."""

    profile: Literal["none"] = "none"
