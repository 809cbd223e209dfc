"""The security code of a payment card, by the word before it."""

from gateway.redaction.checks import words
from gateway.redaction.labelled import pattern_for, taken_at_its_word
from gateway.redaction.recogniser import Recogniser

_LABELS = """
    cvv, cvv2, cvc, cvc2, cvn2, cid, 安全码, 背面三位, card security code, security code,
    kartenprüfnummer, prüfziffer
"""

_ANCHORS = words("""
    cvv, cvc, cvn2, cid, 安全码, 背面三位, security, kartenprüfnummer, prüfziffer
""")

RECOGNISER = Recogniser(
    name="card_security_code",
    entity="SECRET_CARD_CODE",
    anchors=_ANCHORS,
    pattern=pattern_for(_LABELS, "[0-9]{3,4}(?![0-9A-Za-z]|[.,][0-9])"),
    judge=taken_at_its_word(0.85),
    reach=(6, 48),
)
