"""Payment cards: 13 to 19 digits of an issuer that exists, with Luhn's check digit."""

import re

from gateway.redaction.checks import SEP, bare, cues, is_near, is_regular, luhn
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER
from gateway.redaction.surroundings import is_part_of_more, names_another_number

# First and last prefix, and how many digits such a card has.
_ISSUERS: tuple[tuple[str, str, frozenset[int]], ...] = (
    ("4", "4", frozenset({13, 16, 19})),
    ("51", "55", frozenset({16})),
    ("2221", "2720", frozenset({16})),
    ("34", "34", frozenset({15})),
    ("37", "37", frozenset({15})),
    ("300", "305", frozenset({14, 16, 17, 18, 19})),
    ("3095", "3095", frozenset({14, 16, 17, 18, 19})),
    ("36", "36", frozenset({14, 16, 17, 18, 19})),
    ("38", "39", frozenset({14, 16, 17, 18, 19})),
    ("3528", "3589", frozenset({16, 17, 18, 19})),
    ("6011", "6011", frozenset({16, 17, 18, 19})),
    ("644", "649", frozenset({16, 17, 18, 19})),
    ("65", "65", frozenset({16, 17, 18, 19})),
    ("62", "62", frozenset({16, 17, 18, 19})),
    ("81", "81", frozenset({16, 17, 18, 19})),
    ("2200", "2204", frozenset({16, 17, 18, 19})),
    # Maestro, and what Chinese banks issued before they had 62.
    ("50", "50", frozenset({16, 18, 19})),
    ("56", "58", frozenset({16, 18, 19})),
    ("60", "60", frozenset({16, 18, 19})),
    ("63", "63", frozenset({16, 18, 19})),
    ("67", "69", frozenset({16, 18, 19})),
    ("90", "91", frozenset({16, 18, 19})),
    ("94", "95", frozenset({16, 18, 19})),
    ("98", "99", frozenset({16, 18, 19})),
)
_CUES = cues("""
    卡号, 银行卡, 信用卡, 借记卡, 储蓄卡, 工资卡, 尾号, 账户, 账号, 帐号, 支付宝, 收款, 付款, 打款,
    转账, card, visa, mastercard, amex, credit, debit, karte, pan, unionpay, 银联
""")
_BY_FIRST = {
    str(digit): [issuer for issuer in _ISSUERS if issuer[0][0] <= str(digit) <= issuer[1][0]]
    for digit in range(10)
}
_HEADS = frozenset(
    f"{head:02}"
    for head in range(100)
    if any(first[:2] <= f"{head:02}"[: len(first)] <= last[:2] for first, last, _ in _ISSUERS)
)
_LENGTHS = range(19, 12, -1)
_DIGIT = re.compile("[0-9]")


def is_issued(number: str) -> bool:
    """Return whether an issuer has numbers that begin like this and are as long."""
    return any(
        first <= number[: len(first)] <= last and len(number) in lengths
        for first, last, lengths in _BY_FIRST.get(number[0], ())
    )


def _judge(match: re.Match[str]) -> Found | None:
    text, start = match.string, match.start()
    if bare(match[0][:6])[:2] not in _HEADS:
        return None
    places = [digit.start() for digit in _DIGIT.finditer(text, *match.span())]
    number = "".join([text[place] for place in places])
    # A security code or a day of expiry may follow: the card ends where a group ends.
    for length in _LENGTHS:
        if length > len(places) or (length < len(places) and places[length] == places[length - 1] + 1):
            continue
        card, end = number[:length], places[length - 1] + 1
        if is_issued(card) and luhn(card) and is_regular(text[start:end]):
            return _weigh(match, card, end)
    return _mistyped(match, number)


def _weigh(match: re.Match[str], number: str, end: int) -> Found | None:
    """Believe a check digit that fits, unless what touches the number speaks against it."""
    text, start = match.string, match.start()
    if (
        text.count(".", start, end) == 1
        or is_part_of_more(text, start, end)
        or names_another_number(text, start)
    ):
        return None
    return Found(start, end, number, 0.95 if is_near(match, _CUES) else 0.9)


def _mistyped(match: re.Match[str], number: str) -> Found | None:
    """Believe a wrong check digit where the text says that it is a card."""
    if len(number) < 16 or not is_issued(number) or not is_near(match, _CUES) or not is_regular(match[0]):
        return None
    if names_another_number(match.string, match.start()):
        return None
    return Found(match.start(), match.end(), number, 0.65)


RECOGNISER = Recogniser(
    name="payment_card",
    entity="PAYMENT_CARD",
    anchors=(NUMBER,),
    pattern=re.compile(rf"(?<![0-9])[2-689](?:{SEP}[0-9]){{12,18}}(?![0-9])"),
    judge=_judge,
    reach=(0, 0),
    least=13,
    may_be=lambda number: number.digits >= 13 and number.may_begin_with("2345689"),
    is_proof=True,
)
