"""German identity cards, by the word before the number."""

from gateway.redaction.labelled import anchors_for, has_digit, pattern_for, taken_at_its_word
from gateway.redaction.recogniser import Recogniser

_LABELS = """
    personalausweis, personalausweisnummer, ausweisnummer, ausweis nr, ausweis, perso,
    personalausweis nr, dokumentennummer, seriennummer des ausweises
"""

RECOGNISER = Recogniser(
    name="de_id_card",
    entity="DE_ID_CARD",
    anchors=anchors_for(_LABELS),
    pattern=pattern_for(
        _LABELS, r"[CFGHJKLMNPRTVWXYZ0-9](?=[A-Z]{0,8}[0-9])[CFGHJKLMNPRTVWXYZ0-9]{8}[0-9]?(?![0-9A-Za-z])"
    ),
    judge=taken_at_its_word(0.85, has_digit),
    reach=(1, 70),
)
