"""German identity cards."""

EXAMPLES = [
    ("Personalausweisnummer: L01X00T47", "L01X00T47", "L01X00T47"),
    ("Ausweis L01X00T471", "L01X00T471", "L01X00T471"),
    ("Personalausweis Nr. T22000129", "T22000129", "T22000129"),
    ("Ausweisnummer ist LZ6311T47", "LZ6311T47", "LZ6311T47"),
]
NEAR_MISSES = [
    "Ausweis bitte mitbringen",
    "Personalausweis beantragen",
    "L01X00T47",
    "Ausweis 12345",
]
