"""Social security numbers of the United States."""

from gateway.redaction.recogniser import Recogniser
from gateway.redaction.shapes import NUMBER
from gateway.redaction.us_taxpayer import judge, may_be_believed, pattern_for

RECOGNISER = Recogniser(
    name="us_ssn",
    entity="US_SSN",
    anchors=(NUMBER,),
    pattern=pattern_for("[0-8][0-9]{2}"),
    judge=judge,
    reach=(0, 0),
    least=9,
    part=may_be_believed,
    may_be=lambda number: number.may_have(9) and number.may_begin_with("012345678"),
)
