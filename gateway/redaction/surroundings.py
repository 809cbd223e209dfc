"""What stands around a number and says that it is something else, or nothing private."""

import re

from gateway.redaction.checks import cues

# Named right before a number, these say that it counts things, not people.
_OTHER_NUMBERS = cues("""
    订单, 单号, 运单, 快递, 物流, 流水, 编号, 版本, 序列, 批次, 批号, 型号, 货号, 条码, 条形码, 商品,
    产品, 库存, 金额, 余额, 总额, 时间戳, 验证码, 工单, 票号, 合同号, 发票, 期号, 哈希, 交易号, 参考号,
    受理号, 申请号, 案号, 房间, 航班, 车次, 页码, 端口, 错误码, 代码, order, tracking, invoice,
    reference, ref, ticket, case, sku, isbn, ean, upc, gtin, imei, serial, s/n, version, build, commit,
    timestamp, batch, lot, part, item, product, model, parcel, shipment, awb, transaction, txn, trace,
    request, session, hash, checksum, bestellnummer, bestellung, sendungsnummer, rechnung,
    rechnungsnummer, auftrag, auftragsnummer, seriennummer, artikelnummer, artikel, vorgangsnummer,
    aktenzeichen, zeitstempel, amount, betrag
""")
_LABEL_REACH = 28
# Between a label and its number; behind them, a digit ends no label.
_SIGNS_BETWEEN = " \t\r\n\"'“”‘’:：=#*()（）[]|<>{},，._-"
_PUNCTUATION = r"[\s\"'“”‘’:：=#*()（）\[\]|<>{},，._-]*"
_LABELLED = re.compile(
    rf"(?:(?<![A-Za-z])(?:{_OTHER_NUMBERS.pattern})){_PUNCTUATION}"
    rf"(?:(?:号码|编码|号|码|id|no|number|num|nr|code)[._]?{_PUNCTUATION})?(?:(?:是|为|is|ist){_PUNCTUATION})?\Z",
    re.IGNORECASE,
)
_DIGITS = "0123456789"
_LEFT_LETTERS = re.compile(r"[A-Za-z]{1,12}\Z")
_RIGHT_PART = re.compile(r"[A-Za-z]|[.][0-9]|-[0-9A-Za-z]|%")
_GLUED_LEFT = re.compile(r"[0-9A-Za-z]\Z")
_WORD = re.compile(r"[A-Za-z]{3}")
_LEFT_PART = re.compile(r"(?:[0-9][.]|[0-9A-Za-z]-|[$€£¥￥])\Z")
_PHONE_WORDS = cues("""
    tel, phone, mobile, mob, cell, call, fax, sms, whatsapp, handy, dial, contact
""")


def names_another_number(text: str, start: int) -> bool:
    """Return whether the word right before a value says that it is an order, a version, an amount ..."""
    before = text[max(0, start - _LABEL_REACH) : start]
    # In a list of numbers the last sign mostly is one of another number: then the words need not be tried.
    last = before.rstrip(_SIGNS_BETWEEN)[-1:]
    return not (last in _DIGITS or _LABELLED.search(before) is None)


def is_part_of_more(text: str, start: int, end: int) -> bool:
    """Return whether a number without a check digit is a piece of a longer code, a fraction or an amount."""
    before = text[max(0, start - 12) : start]
    if _RIGHT_PART.match(text, end) and (not _is_word(text, end) or _GLUED_LEFT.search(before)):
        return True
    if _LEFT_PART.search(before):
        return True
    glued = _LEFT_LETTERS.search(before)
    return glued is not None and not _is_label(glued[0])


def is_continued(text: str, start: int, end: int) -> bool:
    """Return whether single digits with separators are only some of a longer row."""
    if end - start < 3 or text[start + 1].isdigit():
        return False
    separator = text[start + 1]
    goes_on = text.startswith(separator, end) and text[end + 1 : end + 2].isdigit()
    return goes_on or (start > 1 and text[start - 1] == separator and text[start - 2].isdigit())


def _is_label(letters: str) -> bool:
    return bool(_PHONE_WORDS.search(letters)) or (len(letters) > 3 and letters[1:].islower())


def _is_word(text: str, end: int) -> bool:
    """Return whether letters behind a number are a word of their own, not the rest of a code."""
    return bool(_WORD.match(text, end))
