"""Numbers of patients, records and visits."""

EXAMPLES = [
    ("Hosp no. H1234567, seen", "H1234567", "H1234567"),
    ("病历号：MR-2023-00123", "MR-2023-00123", "MR202300123"),
    ("MRN: 00482913", "00482913", "00482913"),
    ("住院号12345678，", "12345678", "12345678"),
    ('"patient_id": "P-99821"', "P-99821", "P99821"),
    ("Patientennummer 4711-0815", "4711-0815", "47110815"),
]
NEAR_MISSES = [
    "病历写得很清楚",
    "病历号码未知",
    "patient identification is important",
    "住院12天",
    "Fallnummer unbekannt",
]
