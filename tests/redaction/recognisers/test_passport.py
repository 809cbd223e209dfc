"""Passports of any country, by the word before them."""

EXAMPLES = [
    ("Passport No. C01X00T47", "C01X00T47", "C01X00T47"),
    ("护照号码：K1234567A", "K1234567A", "K1234567A"),
    ("passport number is 533380006", "533380006", "533380006"),
    ("Reisepassnummer: C01X00T47", "C01X00T47", "C01X00T47"),
]
NEAR_MISSES = [
    "passport control",
    "护照办理需要10天",
    "passport photo 35x45",
    "my passport expired in 2023",
]
