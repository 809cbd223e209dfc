"""Signed tokens."""

_HALF = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0"
_WHOLE = f"{_HALF}.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
EXAMPLES = [
    (f"token {_WHOLE} end", _WHOLE, _WHOLE),
    (f"令牌{_WHOLE}。", _WHOLE, _WHOLE),
    (f"a={_WHOLE}", _WHOLE, _WHOLE),
    (_HALF, _HALF, _HALF),
]
NEAR_MISSES = [
    "eyJhbGciOiJIUzI1NiJ9",
    "eyJ.eyJ.eyJ",
    "keyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0",
    "eyJ short",
]
