"""Names in capital letters behind a label."""

EXAMPLES = [
    ("Patient Name: DOE, JANE M.   MRN", "DOE, JANE M.", "DOE,JANE M."),
    ("passenger: ZHANG/WEI MR", "ZHANG/WEI MR", "ZHANG,WEI MR"),
    ("姓名：ZHANG WEI", "ZHANG WEI", "ZHANG WEI"),
    ('"cardholder": "ANNA SCHMIDT"', "ANNA SCHMIDT", "ANNA SCHMIDT"),
]
NEAR_MISSES = [
    "Name: JSON API",
    "name: string",
    "PATIENT HISTORY FORM",
    "Account name: TEST USER",
    "filename: README MD X",
]
