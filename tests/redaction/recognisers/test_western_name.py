"""Names in Latin letters by rule."""

from typing import Any

import pytest

from tests.fakes.looking import ENGINES, found_by

EXAMPLES = [
    ("Dear Mr. John Smith,", "John Smith", "John Smith"),
    ("my name is Anna-Maria O'Neil", "Anna-Maria O'Neil", "Anna-Maria O'Neil"),
    ("Herr Dr. Karl von Braun", "Karl von Braun", "Karl von Braun"),
    ("Customer: Wei Zhang", "Wei Zhang", "Wei Zhang"),
    ("paid by Peter Schneider.", "Peter Schneider", "Peter Schneider"),
    ("客户Tom Hanks来电", "Tom Hanks", "Tom Hanks"),
    ("Best regards,\nSarah", "Sarah", "Sarah"),
    ("Patient: Jadwiga Nowak", "Jadwiga Nowak", "Jadwiga Nowak"),
    ("My older brother Okoro left", "Okoro", "Okoro"),
    ("meine Schwester Brunhilde kommt", "Brunhilde", "Brunhilde"),
    ("Unsere Kollegin Gülşen Yağmur", "Gülşen Yağmur", "Gülşen Yağmur"),
    ("The witness, Oswin Pellafont, saw", "Oswin Pellafont", "Oswin Pellafont"),
    ("we spoke to Odile Marchetti", "Odile Marchetti", "Odile Marchetti"),
    ("客户 Odile Marchetti 的", "Odile Marchetti", "Odile Marchetti"),
    ("Dr John Smith's card", "John Smith", "John Smith"),
    ("Patient Jadwiga Nowak’s results", "Jadwiga Nowak", "Jadwiga Nowak"),
    ("Customer: Mary Long. She is here", "Mary Long", "Mary Long"),
    ("Hi Mary. We called", "Mary", "Mary"),
    ("Herr Karl Prof. Braun", "Karl Prof. Braun", "Karl Prof. Braun"),
    ("billed to Oswin Pellafont.", "Oswin Pellafont", "Oswin Pellafont"),
]
NEAR_MISSES = [
    "Dear Customer,",
    "Hi Team,",
    "Patient History Form",
    "The General Manager",
    "New York City",
    "Apple Inc. in Silicon Valley",
    "name: Optional[str]",
    "Hello World",
    "my brother is",
    "Ship to: New York",
    "witness protection",
]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_full_stop_parts_two_people(engine: Any) -> None:
    """
    Who begins the next sentence is somebody else.
    """
    people = [("Jane Doe", "Jane Doe"), ("Mary Jones", "Mary Jones")]

    assert people == found_by("western_name", "Patient Jane Doe. Mary Jones is her mother", engine)
