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
from gateway.redaction.shapes import Shape

_announcing, _parting = Endings(ANNOUNCING), Endings(PARTING)
_titles, _doing, _acting = Beginnings(TITLES), Beginnings(DOING), Beginnings(ACTING)
_FILLER = frozenset(" \t\"'“‘「:：=*【[(（|为是叫")
_MOST_FILLER = 4
# Everyday words too: 感谢王医生 speaks of one Wang, 和刘护士 of one Liu.
_ALSO_WORDS = frozenset("谢謝和向于由从同找让请应")
# A name of two signs is often set as wide as one of three.
_SET_WIDE = re.compile("[ ]{1,2}([\u4e00-\u9fff])(?![\u4e00-\u9fff])")
_CJK = re.compile("[\u4e00-\u9fff]")

NAME_HEAD = Shape(
    "name_head",
    re.compile(
        f"[{''.join(sorted(COMMON_SURNAMES))}][{''.join(sorted(GIVEN))}]|{'|'.join(sorted(COMPOUND_SURNAMES))}"
    ),
    "(?:(?:{})(?:{})|{})".format(
        "|".join(sorted(COMMON_SURNAMES)), "|".join(sorted(GIVEN)), "|".join(sorted(COMPOUND_SURNAMES))
    ).encode(),
)


def _judge(match: re.Match[str]) -> Found | None:
    text, start, behind = match.string, match.start(), match.end()
    is_announced, is_parted = _before(text, start)
    if is_announced and (wide := _SET_WIDE.match(text, behind)):
        return Found(start, wide.end(), match[0] + wide[1], 0.8)
    best = 0.0
    end = behind
    for length in (2, 1, 0):
        score = _weigh(text, start, behind, length, (is_announced, is_parted))
        if score > best:
            best, end = score, behind + length
    return Found(start, end, text[start:end], best) if best else None


def _before(text: str, start: int) -> tuple[bool, bool]:
    """Return whether the name is announced, and whether something parts it from what stands before."""
    if not start:
        return False, True
    place = start
    while place and start - place < _MOST_FILLER and text[place - 1] in _FILLER:
        place -= 1
    if _announcing.at(text, place) or (place < start and _announcing.at(text, start)):
        return True, True
    return False, not _CJK.match(text, start - 1) or bool(_parting.at(text, start))


def _weigh(text: str, start: int, behind: int, length: int, before: tuple[bool, bool]) -> float:
    """Return how sure it is that a name with a given name of this length stands here."""
    end = behind + length
    given = text[behind:end]
    if len(given) < length or not all(map(_is_possible, given)):
        return 0.0
    title = _titles.at(text, end)
    if not length:
        # 张先生, 王医生: only the surname is private.
        is_name = (
            title and title != "总" and (before[1] or before[0]) and text[start:behind] in COMMON_SURNAMES
        )
        return 0.6 if is_name and text[start : start + 2] not in NO_NAMES else 0.0
    if text[start : start + 2] in NO_NAMES:
        return 0.0
    if title:
        return 0.0 if text[start] in _ALSO_WORDS and given[-1] in SURNAMES else _weigh_titled(given, before)
    return _weigh_given(text, end, given, before, text[start:behind])


def _is_possible(sign: str) -> bool:
    return bool(_CJK.match(sign)) and sign not in NO_PART_OF_A_NAME


def _weigh_titled(given: str, before: tuple[bool, bool]) -> float:
    return 0.9 if any(before) or all(sign in GIVEN for sign in given) else 0.0


def _weigh_given(text: str, end: int, given: str, before: tuple[bool, bool], surname: str) -> float:
    is_announced, is_parted = before
    is_usual = all(sign in GIVEN for sign in given)
    is_ended = end == len(text) or not _CJK.match(text, end) or bool(_doing.at(text, end))
    if is_announced:
        return 0.88 if is_ended else 0.76 if is_usual and len(given) == 2 else 0.0
    is_common = surname in COMMON_SURNAMES or len(surname) == 2
    if not is_usual or not is_common or not is_ended:
        return 0.0
    if is_parted:
        return 0.68 if len(given) == 2 else 0.58
    return 0.6 if len(given) == 2 and _acting.at(text, end) else 0.0


RECOGNISER = Recogniser(
    name="cn_name",
    entity="PERSON",
    anchors=(NAME_HEAD, *ANNOUNCING, *(title for title in TITLES if len(title) > 1)),
    pattern=re.compile(f"{'|'.join(sorted(COMPOUND_SURNAMES))}|[{''.join(sorted(SURNAMES))}]"),
    judge=_judge,
    reach=(4, 10),
)
