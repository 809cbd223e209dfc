"""
The forms of surrogates, and the ranges from which they come.

All of them belong to nobody: mobile numbers whose first four digits China has not
given out, American numbers kept for films, residents of a region 99 that does not
exist, cards of the test issuer 4000 00, addresses under `example.com`, networks
kept for measuring, hardware addresses that no maker has, towns that are on no map,
days on which nobody alive was born. Names are rare, and might be somebody's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.redaction.checks import luhn, words
from gateway.redaction.word_shape import DIGITS, Part, WordShape

_FIRST_NAMES = words("""
    Alwin, Brenna, Corwin, Delphine, Edwina, Fenella, Gideon, Hester, Isolde, Jasper, Keziah, Linnea,
    Merrick, Nerys, Orson, Perpetua, Quentin, Rosalind, Silvan, Tamsin, Ulric, Verity, Winifred, Xanthe,
    Ysolde, Zebedee, Ambrose, Beatrix, Cressida, Drusilla, Evadne, Florian
""")
_LAST_NAMES = words("""
    Abernell, Brackwater, Cindermoor, Dovelake, Elmsworth, Fallowgate, Greyhollow, Hartswell, Inglebrook,
    Jessamine, Kestrelby, Larkfield, Merrowdale, Netherton, Oakhallow, Pemberlin, Quillmarsh, Rookwarren,
    Silverthorn, Tanglewick, Underhay, Vexmoor, Windlesham, Yarrowby, Ashenford, Birchmantle, Copperway,
    Dunmallow, Everhaven, Foxmarrow, Glenwither, Hollowmere
""")
_STREETS = words("""
    Alder Lane, Bramble Road, Cobalt Street, Dragonfly Lane, Ember Road, Foxglove Street, Gossamer Lane,
    Harebell Road, Indigo Street, Juniper Lane, Kingfisher Road, Lantern Street, Mistletoe Lane,
    Nightjar Road, Orchid Street, Periwinkle Lane
""")
_COMPOUND = ("东郭", "令狐", "澹台", "公冶", "濮阳", "呼延", "端木", "拓跋", "轩辕", "闾丘", "赫连", "淳于")
_GIVEN = tuple(
    "芷蘅沅澧岫嵘澍霁昀暄翊珩瑄琮璟瑀筠箬苒荇菀蓁蕤薇栩楠榆槿柠桉泠沁洵浔淙湉溪漪峤岑岚旻昕晏晞晔晗"
)
_ROADS = ("槐安路", "云栖路", "听涛路", "采薇路", "望舒路", "长庚路", "启明路", "拾光路")
_TOWNS = ("云海市", "星河市", "松雪市", "青屿市")
_FIRST_DIGITS = DIGITS[1:]
_MONTHS = tuple(f"{month:02}" for month in range(1, 13))
_DAYS = tuple(f"{day:02}" for day in range(1, 29))
_YEARS = tuple(str(year) for year in range(1880, 1900))
_HEXADECIMAL = tuple("0123456789ABCDEF")
_PAIR: tuple[str | Part, ...] = (":", _HEXADECIMAL, _HEXADECIMAL)
_CHECKS = (*DIGITS, "X")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _as_it_is(token: str) -> str:
    return token


def _with_check_of_an_id(token: str) -> str:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, token[:-1], strict=True))
    return token[:-1] + "10X98765432"[total % 11]


def _with_check_of_a_card(token: str) -> str:
    return next(card for digit in DIGITS if luhn(card := token[:-1] + digit))


@dataclass(frozen=True, slots=True)
class Form:
    """What the surrogates of one kind look like, and what is done to one at the end."""

    shape: WordShape
    finish: Callable[[str], str] = _as_it_is

    def surrogate(self, digest: bytes) -> str:
        """Return the surrogate of a digest."""
        return self.finish(self.shape.token(int.from_bytes(digest, "big")))


def _of(*parts: str | Part) -> WordShape:
    return WordShape(tuple((part,) if isinstance(part, str) else part for part in parts))


# For values that are written in Chinese, and for all others.
CHINESE: Mapping[str, Form] = {
    "PERSON": Form(_of(_COMPOUND, _GIVEN, _GIVEN)),
    "ADDRESS": Form(_of(_TOWNS, _ROADS, _FIRST_DIGITS, DIGITS, DIGITS, "号")),
    "DATE_OF_BIRTH": Form(_of(_YEARS, "年", _MONTHS, "月", _DAYS, "日")),
    "PHONE": Form(_of("164", *[DIGITS] * 8)),
}
OTHER: Mapping[str, Form] = {
    "PERSON": Form(_of(_FIRST_NAMES, " ", tuple("ABCDEFGHJKLMNPRSTVW"), ". ", _LAST_NAMES)),
    "ADDRESS": Form(_of(_FIRST_DIGITS, DIGITS, DIGITS, " ", _STREETS, ", Elmbrook ", DIGITS, DIGITS, DIGITS)),
    "DATE_OF_BIRTH": Form(_of(_YEARS, "-", _MONTHS, "-", _DAYS)),
    "PHONE": Form(_of("+1-", _FIRST_DIGITS[1:], DIGITS[:9], DIGITS, "-555-01", DIGITS, DIGITS)),
    "CN_RESIDENT_ID": Form(
        _of("990000", ("19",), DIGITS, DIGITS, _MONTHS, _DAYS, DIGITS, DIGITS, DIGITS, _CHECKS),
        _with_check_of_an_id,
    ),
    "PAYMENT_CARD": Form(_of("400000", *([DIGITS] * 10)), _with_check_of_a_card),
    "EMAIL": Form(
        _of(
            tuple(name.lower() for name in _FIRST_NAMES),
            ".",
            tuple(name.lower() for name in _LAST_NAMES),
            DIGITS,
            DIGITS,
            "@example.com",
        )
    ),
    "IP_ADDRESS": Form(_of("198.1", ("8", "9"), ".1", DIGITS, DIGITS, ".1", DIGITS, DIGITS)),
    "MAC_ADDRESS": Form(_of("02:00:5E", *_PAIR, *_PAIR, *_PAIR)),
}


def form_of(entity: str, *, is_chinese: bool) -> Form | None:
    """Return the form of a kind of value, None if it has none."""
    return (CHINESE.get(entity) if is_chinese else None) or OTHER.get(entity)


def forms_of(entity: str) -> list[Form]:
    """Return every form of a kind of value."""
    return [forms[entity] for forms in (CHINESE, OTHER) if entity in forms]
