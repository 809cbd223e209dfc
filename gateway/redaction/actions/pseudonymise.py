"""Put a word in the place of a value, and the value back in the place of the word."""

from gateway.redaction.action import Action, Mint
from gateway.redaction.finding import Finding
from gateway.redaction.placeholders import shape_of


def _word(_original: str, finding: Finding, mint: Mint, attempt: int) -> str:
    return mint.word(finding, attempt)


PSEUDONYMISE = Action(
    "pseudonymise", strength=3, rewrite=_word, restores=True, shapes=lambda entity: (shape_of(entity),)
)
