"""National Insurance numbers."""

EXAMPLES = [
    ("NI AB123456C", "AB123456C", "AB123456C"),
    ("AB 12 34 56 C", "AB 12 34 56 C", "AB123456C"),
    ("National Insurance number: QQ 12 34 56 C", "QQ 12 34 56 C", "QQ123456C"),
    ("号AB-12-34-56-C。", "AB-12-34-56-C", "AB123456C"),
]
NEAR_MISSES = [
    "GB123456C",
    "AB123456E",
    "ab123456c",
    "AB12345C",
    "XAB123456C",
]
