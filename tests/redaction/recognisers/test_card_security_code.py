"""Security codes of cards."""

EXAMPLES = [
    ("CVV 123", "123", "123"),
    ("cvc: 9876", "9876", "9876"),
    ("安全码是456。", "456", "456"),
    ("Kartenprüfnummer 321", "321", "321"),
]
NEAR_MISSES = [
    "cvv is required",
    "CVV 12",
    "安全码错误",
    "security code invalid",
    "cvv 123456",
]
