"""Numbers of health and social insurance."""

EXAMPLES = [
    ("医保卡号：310123456789", "310123456789", "310123456789"),
    ("社保号 123456789012", "123456789012", "123456789012"),
    ("Member ID: XYZ123456789", "XYZ123456789", "XYZ123456789"),
    ("Versichertennummer A123456780", "A123456780", "A123456780"),
    ("保单号 PL20231234567", "PL20231234567", "PL20231234567"),
]
NEAR_MISSES = [
    "医保报销比例80%",
    "insurance policy changes",
    "社保缴纳满15年",
    "Krankenkasse AOK",
    "policy number unknown",
]
