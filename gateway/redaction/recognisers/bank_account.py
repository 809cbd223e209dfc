"""Bank accounts and what routes money to them, by the word before the number."""

from gateway.redaction.checks import words
from gateway.redaction.labelled import pattern_for, taken_at_its_word
from gateway.redaction.recogniser import Recogniser

_LABELS = """
    银行账号, 银行帐号, 银行账户, 账号, 帐号, 对公账户, 收款账户, 收款账号, 付款账号, 还款账户, 账户号,
    存折, 公积金账号, account number, account no, account num, account, acct, acct no, a/c, a/c no,
    bank account, sort code, kontonummer, konto nr, konto, bankleitzahl
"""

_ANCHORS = words("""
    账号, 帐号, 账户, 存折, account, acct, a/c, sort, konto
""")

RECOGNISER = Recogniser(
    name="bank_account",
    entity="BANK_ACCOUNT",
    anchors=_ANCHORS,
    pattern=pattern_for(_LABELS, r"[0-9](?:[ -]?[0-9]){5,21}(?![0-9A-Za-z]|[.,][0-9])"),
    judge=taken_at_its_word(0.75),
    reach=(4, 72),
)
