"""What a policy document may say about the audit trail."""

from typing import Literal

import msgspec


class AuditRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is written down; `metadata` (who, when, which model, never what) is the only level yet."""

    level: Literal["metadata"] = "metadata"
