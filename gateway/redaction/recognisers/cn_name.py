"""
Chinese names, by rule: a surname, signs of a given name, and what stands around them.

A word that announces somebody (患者, 收件人, 我叫) or follows a name (先生, 医生, 来电)
weighs most. Without one, a name is of the usual signs and stands between bounds;
words that only begin like a name are known by list.
"""

import re

from gateway.redaction.chinese_names import COMMON_SURNAMES, COMPOUND_SURNAMES, GIVEN, NO_NAMES, SURNAMES
from gateway.redaction.edges import Beginnings, Endings
from gateway.redaction.name_words import ACTING, ANNOUNCING, DOING, NO_PART_OF_A_NAME, PARTING, TITLES
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import Shape, is_not_ascii

_announcing, _parting = Endings(ANNOUNCING), Endings(PARTING)
_titles, _doing, _acting = Beginnings(TITLES), Beginnings(DOING), Beginnings(ACTING)
_FILLER = frozenset(" \t\"'“‘「:：=*【[(（|为是叫")
# Languages, peoples and places are called by sounds that names have as well.
_OF_PLACES = frozenset("语語族市县縣省州岛島国國教党黨系式")
# Which is what half a generation was called.
_FOR_THE_NATION = frozenset(f"{sign}国" for sign in "建卫爱志振保立治安兴定护报富强新英文忠祥庆光永全宏宪学")
_MOST_FILLER = 4
# As forms and logs have it: name=..., Customer ...
_LABELS = re.compile(
    r"(?<![A-Za-z])(?i:(?:user|full|real)?[_-]?name|customer|client|patient|contact|attn|recipient)\Z"
)
_LONGEST_LABEL = 12
_MAY_ANNOUNCE = _announcing.last_signs | _FILLER
# Everyday words too: 感谢王医生 speaks of one Wang, 和刘护士 of one Liu.
_ALSO_WORDS = frozenset("谢謝和向于由从同找让请应")
# A name of two signs is often set as wide as one of three.
_SET_WIDE = re.compile("[ ]{1,2}([\u4e00-\u9fff])(?![\u4e00-\u9fff])")

_COMMON, _GIVEN, _COMPOUND = sorted(COMMON_SURNAMES), sorted(GIVEN), sorted(COMPOUND_SURNAMES)
_HEADS = COMMON_SURNAMES | {name[0] for name in COMPOUND_SURNAMES}
NAME_HEAD = Shape(
    "name_head",
    re.compile(
        f"[{''.join(sorted(_HEADS))}](?:(?<=[{''.join(_COMMON)}])[{''.join(_GIVEN)}]"
        + "".join(f"|(?<={name[0]}){name[1]}" for name in _COMPOUND)
        + ")"
    ),
    f"(?:(?:{'|'.join(_COMMON)})(?:{'|'.join(_GIVEN)})|{'|'.join(_COMPOUND)})".encode(),
    is_possible=is_not_ascii,
)


def _judge(match: re.Match[str]) -> Found | None:
    text, start, behind = match.string, match.start(), match.end()
    if text[start : start + 2] in NO_NAMES:
        return None
    if text[start : start + 2] in COMPOUND_SURNAMES:
        behind += 1
    elif match[0] not in SURNAMES:
        return None
    if _is_hopeless(text, start, behind):
        return None
    is_announced, is_parted = _before(text, start)
    if is_announced and (wide := _SET_WIDE.match(text, behind)):
        return Found(start, wide.end(), text[start:behind] + wide[1], 0.8)
    best = 0.0
    end = behind
    for length in (2, 1, 0):
        score = _weigh(text, start, behind, length, (is_announced, is_parted))
        if score > best:
            best, end = score, behind + length
    return Found(start, end, text[start:end], best) if best else None


def _is_hopeless(text: str, start: int, behind: int) -> bool:
    """Return whether neither sign beside a surname speaks for a name: a cheap question."""
    if text[behind : behind + 1] in GIVEN or not start or text[start - 1] in _MAY_ANNOUNCE:
        return False
    return not any(_titles.at(text, behind + given) for given in range(3))


def _before(text: str, start: int) -> tuple[bool, bool]:
    """Return whether the name is announced, and whether something parts it from what stands before."""
    if not start:
        return False, True
    place = start
    while place and start - place < _MOST_FILLER and text[place - 1] in _FILLER:
        place -= 1
    if _announcing.at(text, place) or (place < start and _announcing.at(text, start)):
        return True, True
    if _LABELS.search(text, max(0, place - _LONGEST_LABEL), place):
        return True, True
    return False, not _is_chinese(text[start - 1]) or bool(_parting.at(text, start))


def _weigh(text: str, start: int, behind: int, length: int, before: tuple[bool, bool]) -> float:
    """Return how sure it is that a name with a given name of this length stands here."""
    end = behind + length
    given = text[behind:end]
    if len(given) < length or not all(map(_is_possible, given)) or (length and _titles.at(text, behind)):
        return 0.0
    title = _titles.at(text, end)
    if not length:
        # 张先生, 王医生: only the surname is private.
        is_name = (
            title and title != "总" and (before[1] or before[0]) and text[start:behind] in COMMON_SURNAMES
        )
        return 0.6 if is_name else 0.0
    if title:
        return (
            0.0
            if text[start] in _ALSO_WORDS and given[-1] in SURNAMES
            else _weigh_titled(given, before, text[start:behind])
        )
    return _weigh_given(text, end, given, before, text[start:behind])


def _is_possible(sign: str) -> bool:
    return _is_chinese(sign) and sign not in NO_PART_OF_A_NAME


def _is_chinese(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"


def _weigh_titled(given: str, before: tuple[bool, bool], surname: str) -> float:
    if any(before) or all(sign in GIVEN for sign in given):
        return 0.9
    return 0.7 if len(given) == 1 and surname in COMMON_SURNAMES else 0.0


def _weigh_given(text: str, end: int, given: str, before: tuple[bool, bool], surname: str) -> float:
    is_announced, is_parted = before
    is_usual = all(sign in GIVEN for sign in given)
    is_bounded = end == len(text) or not _is_chinese(text[end])
    is_ended = is_bounded or bool(_doing.at(text, end)) or bool(_acting.at(text, end))
    if is_announced:
        return 0.88 if is_ended else _weigh_announced(given, text[end]) if is_usual else 0.0
    if (given[-1] in _OF_PLACES and given not in _FOR_THE_NATION) or text[end : end + 1] in _OF_PLACES:
        return 0.0
    is_compound = len(surname) == 2
    if not is_usual and not (is_compound and is_parted and is_ended):
        return 0.0
    if surname in COMMON_SURNAMES or is_compound or (is_bounded and len(given) == 2):
        is_acting = bool(_acting.at(text, end))
        return _weigh_unannounced(len(given), is_parted=is_parted, is_ended=is_ended, is_acting=is_acting)
    return 0.0


def _weigh_unannounced(length: int, *, is_parted: bool, is_ended: bool, is_acting: bool) -> float:
    """Weigh a name that nothing announces, by its bounds."""
    if is_parted and is_ended:
        return 0.68 if length == 2 else 0.58
    # Three usual signs in a row, or somebody who acts, need a bound on one side alone.
    return 0.56 if length == 2 and (is_parted or is_acting) else 0.0


def _weigh_announced(given: str, following: str) -> float:
    """Weigh a name of usual signs that is announced and runs on into other words."""
    if len(given) == 2:
        return 0.76
    return 0.0 if following in GIVEN else 0.66


RECOGNISER = Recogniser(
    name="cn_name",
    entity="PERSON",
    anchors=(NAME_HEAD, "name", *ANNOUNCING, *(title for title in TITLES if len(title) > 1)),
    pattern=re.compile(
        f"[{''.join(sorted(SURNAMES | {name[0] for name in COMPOUND_SURNAMES}))}](?=[ \u4e00-\u9fff])"
    ),
    judge=_judge,
    reach=(4, 10),
)
