"""
Chinese addresses, by rule: a street or an estate with a number, and what stands around it.

From the number it is walked left to where the address begins and right to the
room. Behind a word like 地址 no number is needed.
"""

import re

from gateway.redaction.checks import words
from gateway.redaction.chinese_places import REGIONS
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import Shape, is_not_ascii

_UNITS = (
    "号楼",
    "号院",
    "号",
    "號",
    "弄",
    "栋",
    "棟",
    "幢",
    "座",
    "室",
    "单元",
    "楼",
    "樓",
    "层",
    "组",
    "房",
)
_PLACE = re.compile(
    r"(?:路|街|道|巷|弄|胡同|里|村|苑|园|區|区|镇|鎮|乡|鄉|大厦|广场|公寓|小区|家园|花园|新村|城|府|庭|湾|庄|屯|坊|桥|线|环|段|期"
    r"|院|营|中心|大楼|社区|号|號|楼|栋|幢|座)(?:[东西南北中]|第|甲|乙)?\Z"
)
_SUFFIX = re.compile(
    r"省|自治区|市|自治州|区|區|县|縣|旗|镇|鎮|乡|鄉|村|街道|路|街|大道|巷|弄|胡同|小区|花园|大厦|广场|公寓|家园|新村|社区"
    r"|[0-9]+(?:-[0-9]+)*(?:号楼|号院|号|號|栋|幢|座|室|单元|楼|樓|层|组|房)"
)
_REGION = re.compile("|".join(sorted(REGIONS, key=len, reverse=True)))
# Behind the last of these an address may begin.
_BEFORE = re.compile(
    r"(?:地址|住址|籍贯|户籍|住所|居所|单位)(?:是|为|在|于)?[:：]?|住在|家住|居住于|居住在|位于|寄到|寄往|送到|送至|搬到|搬至"
    r"|来自|现居|租住|[在到于是为至往从给了的我她他去住]"
)
_MOST_LEFT = 48
_RUN_LEFT = re.compile(r"[\u4e00-\u9fff0-9A-Za-z·#()（）-]")
_NUMERAL = "[0-9A-Za-z一二三四五六七八九十]"
_NUMBERED = r"(?:号楼|号院|号|號|栋|棟|幢|座|单元|楼|樓|层|室|房|户|门|弄|组)"
_GOES_ON = re.compile(
    rf"(?:[ ]?(?:[\u4e00-\u9fff]{{0,10}}?{_NUMERAL}{{1,5}}(?:[-#][0-9A-Za-z]{{1,5}}){{0,3}}{_NUMBERED}"
    r"|[\u4e00-\u9fff]{2,8}(?:小区|花园|大厦|广场|公寓|家园|苑|新村|社区))){0,5}(?:[ ]?[0-9]{3,4}(?![0-9]))?"
)
_LABELLED = re.compile(
    r"(?:地址|住址|住所|居住地|收货地|户籍所在地|家住|住在|现居|寄到|寄往|送到|送至|搬到)(?:是|为|在|于)?[\s:：\"“=|]{0,4}"
    r"(?P<value>[\u4e00-\u9fff0-9A-Za-z·#()（） -]{6,60})"
)

_ROOM = re.compile(r"[ ]?(?:[A-Z]?[0-9]{2,5}|[A-Z])(?:室|房|座|号)?(?![0-9A-Za-z])")

NUMBER_OF_A_HOUSE = Shape(
    "number_of_a_house",
    re.compile(f"[0-9A-Za-z](?:{'|'.join(_UNITS)})"),
    f"[0-9A-Za-z](?:{'|'.join(_UNITS)})".encode(),
    is_possible=is_not_ascii,
)


def _judge(match: re.Match[str]) -> Found | None:
    if match["unit"] is None:
        return _judge_labelled(match)
    text = match.string
    left = match.start()
    while left and match.start() - left < _MOST_LEFT and _RUN_LEFT.match(text, left - 1):
        left -= 1
    run = text[left : match.start()]
    if not _PLACE.search(run):
        return None
    start = left + _beginning(run)
    goes_on = _GOES_ON.match(text, match.end())
    end = goes_on.end() if goes_on else match.end()
    if match.start() - start < 2:
        return None
    return Found(start, end, text[start:end].replace(" ", ""), 0.82)


def _beginning(run: str) -> int:
    """Return where in the run left of the number the address begins."""
    region = _REGION.search(run)
    if region:
        return region.start()
    place = 0
    for before in _BEFORE.finditer(run):
        if len(run) - before.end() >= 3:
            place = before.end()
    return place


def _judge_labelled(match: re.Match[str]) -> Found | None:
    """Believe the label as far as the last part that only addresses have."""
    value, start = match["value"], match.start("value")
    suffixes = list(_SUFFIX.finditer(value))
    if len(suffixes) < 2:
        return None
    end = start + suffixes[-1].end()
    if room := _ROOM.match(match.string, end):
        end = room.end()
    return Found(start, end, match.string[start:end].replace(" ", ""), 0.8)


_ANCHORS = words("""
    地址, 住址, 住所, 居住地, 收货地, 户籍所在地, 家住, 住在, 现居, 寄到, 寄往, 送到, 送至, 搬到
""")
_HOUSE = r"(?<![0-9A-Za-z])(?:[0-9]{1,5}[A-Za-z]?|[A-Za-z][0-9]{0,4})(?:-[0-9]{1,4}){0,3}"

RECOGNISER = Recogniser(
    name="cn_address",
    entity="ADDRESS",
    anchors=(NUMBER_OF_A_HOUSE, *_ANCHORS),
    pattern=re.compile(rf"{_LABELLED.pattern}|{_HOUSE}(?P<unit>{'|'.join(_UNITS)})"),
    judge=_judge,
    reach=(6, 70),
)
