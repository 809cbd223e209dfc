"""Passports of any country, by the word before the number."""

from gateway.redaction.labelled import anchors_for, has_digit, pattern_for, taken_at_its_word
from gateway.redaction.recogniser import Recogniser

_LABELS = """
    护照, 护照号, 护照号码, passport, passport no, passport number, reisepass, reisepassnummer,
    passnummer
"""

RECOGNISER = Recogniser(
    name="passport",
    entity="PASSPORT",
    anchors=anchors_for(_LABELS),
    pattern=pattern_for(_LABELS, r"(?=[A-Z]{0,3}[0-9])[A-Z0-9]{6,10}(?![A-Za-z0-9])"),
    judge=taken_at_its_word(0.88, has_digit),
    reach=(1, 60),
)
