"""QQ numbers, by the word before them."""

from gateway.redaction.labelled import pattern_for, taken_at_its_word
from gateway.redaction.recogniser import Recogniser

# QQ加一下 2730481956: a few words may stand between, unless the number counts something.
_WORDS = "(?:(?=[\u4e00-\u9fff]{1,4}[0-9]{6,10}(?![0-9个人元次条年号天名位万]))[\u4e00-\u9fff]{1,4})?"
_LABELS = "qq号码, qq号, qq群, qq, 扣扣, 企鹅号"

RECOGNISER = Recogniser(
    name="qq",
    entity="QQ_ID",
    anchors=("qq", "扣扣", "企鹅号"),
    pattern=pattern_for(
        _LABELS,
        r"(?:[1-9][0-9]{4,10}|[1-9][0-9]{2,3}(?:[ -][0-9]{3,4}){1,2})(?![0-9A-Za-z]| ?[0-9])",
        skipped=_WORDS,
    ),
    judge=taken_at_its_word(0.85),
    reach=(1, 48),
)
