"""Chinese licence plates of every kind."""

EXAMPLES = [
    ("车牌京A12345。", "京A12345", "京A12345"),
    ("新能源粤BD12345", "粤BD12345", "粤BD12345"),
    ("沪A·1234挂", "沪A·1234挂", "沪A1234挂"),
    ("浙 A 8B8C8", "浙 A 8B8C8", "浙A8B8C8"),
    ("川A12345D的车", "川A12345D", "川A12345D"),
]
NEAR_MISSES = [
    "京A1234",
    "新APP上线",
    "云A服务",
    "黑ABCDEF",
    "沪A123456789",
]
