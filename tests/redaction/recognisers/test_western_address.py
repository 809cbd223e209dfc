"""Street addresses of English and German speaking countries."""

EXAMPLES = [
    (
        "at 123 Main Street, Apt 4B, Springfield, IL 62704.",
        "123 Main Street, Apt 4B, Springfield, IL 62704",
        "123 Main Street, Apt 4B, Springfield, IL 62704",
    ),
    ("Musterstraße 12, 10115 Berlin", "Musterstraße 12, 10115 Berlin", "Musterstraße 12, 10115 Berlin"),
    ("22 Baker St, London NW1 6XE", "22 Baker St, London NW1 6XE", "22 Baker St, London NW1 6XE"),
    ("in der Hauptstr. 5a wohnen", "Hauptstr. 5a", "Hauptstr. 5a"),
    ("at 77 Rue Sainte-Anne in", "77 Rue Sainte-Anne", "77 Rue Sainte-Anne"),
    ("1509 Calle de la Loma", "1509 Calle de la Loma", "1509 Calle de la Loma"),
]
NEAR_MISSES = [
    "walked 5 miles on the way",
    "the first street",
    "Dr. Who",
    "3 Way Valves are",
    "Platz 3 im Rennen",
    "5 Calle",
    "order 123456 Main Street",
]
