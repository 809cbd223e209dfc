"""What a policy document may say about the cache: so far, nothing."""

import msgspec


class CacheRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which answers are kept; no cache is built yet, so no key is known here."""
