"""Numbers of people and things as their issuers make them, with arithmetic of its own."""

from random import Random

from stdnum import luhn
from stdnum.cn import uscc
from stdnum.de import idnr
from stdnum.gb import nhs

_PROVINCES = [
    "11",
    "12",
    "13",
    "14",
    "15",
    "21",
    "22",
    "23",
    "31",
    "32",
    "33",
    "34",
    "35",
    "36",
    "37",
    "41",
    "42",
    "43",
    "44",
    "45",
    "46",
    "50",
    "51",
    "52",
    "53",
    "54",
    "61",
    "62",
    "63",
    "64",
    "65",
]
_SEGMENTS = [
    "130",
    "131",
    "132",
    "133",
    "134",
    "135",
    "136",
    "137",
    "138",
    "139",
    "145",
    "147",
    "149",
    "150",
    "151",
    "152",
    "153",
    "155",
    "156",
    "157",
    "158",
    "159",
    "162",
    "165",
    "166",
    "167",
    "170",
    "171",
    "172",
    "173",
    "175",
    "176",
    "177",
    "178",
    "180",
    "181",
    "182",
    "183",
    "184",
    "185",
    "186",
    "187",
    "188",
    "189",
    "190",
    "191",
    "192",
    "193",
    "195",
    "196",
    "197",
    "198",
    "199",
]
_AREAS = [
    "010",
    "021",
    "022",
    "023",
    "025",
    "027",
    "028",
    "020",
    "0311",
    "0351",
    "0411",
    "0431",
    "0512",
    "0531",
    "0571",
    "0574",
    "0591",
    "0731",
    "0755",
    "0769",
    "0851",
    "0991",
]
_PLATES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def digits(random: Random, count: int) -> str:
    """Return so many digits."""
    return "".join(random.choices("0123456789", k=count))


def birthday(random: Random) -> tuple[int, int, int]:
    """Return a day of birth of somebody alive."""
    return random.randint(1940, 2012), random.randint(1, 12), random.randint(1, 28)


def cn_id(random: Random) -> str:
    """Return an identity number of eighteen characters with its check character."""
    year, month, day = birthday(random)
    body = f"{random.choice(_PROVINCES)}{digits(random, 4)}{year}{month:02}{day:02}{digits(random, 3)}"
    rest = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body)) % 11
    return body + "10X98765432"[rest]


def cn_id15(random: Random) -> str:
    """Return an identity number of the first series."""
    year, month, day = birthday(random)
    return (
        f"{random.choice(_PROVINCES)}{digits(random, 4)}{year % 100:02}{month:02}{day:02}{digits(random, 3)}"
    )


def cn_mobile(random: Random) -> str:
    """Return a Chinese mobile number of a segment in use."""
    return random.choice(_SEGMENTS) + digits(random, 8)


def cn_landline(random: Random) -> str:
    """Return an area code and a number, parted in a usual way."""
    area = random.choice(_AREAS)
    number = random.choice("2345678") + digits(random, 7 if len(area) == 3 else random.choice((6, 7)))
    return random.choice((f"{area}-{number}", f"({area}){number}", f"{area} {number}", f"（{area}）{number}"))


def card(random: Random) -> str:
    """Return a card of Visa, Mastercard, American Express or UnionPay."""
    head, length = random.choice(
        (
            ("4", 16),
            ("5" + random.choice("12345"), 16),
            ("37", 15),
            ("62", 16),
            ("62", 19),
            ("62", 19),
            ("6011", 16),
        )
    )
    body = head + digits(random, length - len(head) - 1)
    return body + str(luhn.calc_check_digit(body))


def credit_code(random: Random) -> str:
    """Return a unified social credit code."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = random.choice(("91", "92", "52", "12")) + random.choice(_PROVINCES) + digits(random, 4)
    body += "".join(random.choices(signs, k=9))
    return body + str(uscc.calc_check_digit(body))


def plate(random: Random) -> str:
    """Return a licence plate, of a new-energy vehicle now and then."""
    head = random.choice(_PLATES) + random.choice(_PLATE_LETTERS)
    if random.random() < 0.4:
        return head + random.choice("DF") + digits(random, 5)
    tail = [*random.choices(_PLATE_LETTERS, k=random.randint(0, 2))]
    tail += digits(random, 5 - len(tail))
    random.shuffle(tail)
    return head + random.choice(("", "·", "")) + "".join(tail)


def hk_id(random: Random) -> str:
    """Return a Hong Kong identity card with its check sign in brackets."""
    letter, number = random.choice("ABCDEFGHKMPRSVYZ"), digits(random, 6)
    total = (
        36 * 9
        + (ord(letter) - 55) * 8
        + sum(int(digit) * weight for digit, weight in zip(number, range(7, 1, -1), strict=True))
    )
    rest = -total % 11
    return f"{letter}{number}({'A' if rest == 10 else rest})"


def tw_id(random: Random) -> str:
    """Return an identity number of Taiwan."""
    letter = random.choice(_TW_LETTERS)
    place = _TW_LETTERS.index(letter) + 10
    body = random.choice("12") + digits(random, 7)
    total = (
        place // 10
        + place % 10 * 9
        + sum(int(digit) * weight for digit, weight in zip(body, range(8, 0, -1), strict=True))
    )
    return f"{letter}{body}{-total % 10}"


def account(random: Random) -> str:
    """Return an IBAN of Germany, the United Kingdom or France, in groups now and then."""
    country, body = random.choice(
        (
            ("DE", digits(random, 18)),
            ("GB", "NWBK" + digits(random, 14)),
            ("FR", digits(random, 21) + random.choice("ABCDEF") + digits(random, 1)),
        )
    )
    rest = int("".join(str(int(sign, 36)) for sign in f"{body}{country}00")) % 97
    number = f"{country}{98 - rest:02}{body}"
    return (
        " ".join(number[place : place + 4] for place in range(0, len(number), 4))
        if random.random() < 0.5
        else number
    )


def ssn(random: Random) -> str:
    """Return a social security number."""
    area = random.choice((random.randint(1, 665), random.randint(667, 899)))
    return f"{area:03}-{random.randint(1, 99):02}-{random.randint(1, 9999):04}"


def us_phone(random: Random) -> str:
    """Return a number of the United States in a usual writing."""
    area, exchange, line = random.randint(201, 989), random.randint(200, 999), digits(random, 4)
    return random.choice(
        (
            f"{area}-{exchange}-{line}",
            f"({area}) {exchange}-{line}",
            f"+1 {area} {exchange} {line}",
            f"{area}.{exchange}.{line}",
        )
    )


def nino(random: Random) -> str:
    """Return a National Insurance number."""
    body = f"{random.choice('ABCEGHJKLMPRSTWXYZ')}{random.choice('ABCEGHJLMPRSTWXYZ')}"
    body = "AB" if body in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ") else body
    parts = [body, digits(random, 2), digits(random, 2), digits(random, 2), random.choice("ABCD")]
    return random.choice(("", " ")).join(parts)


def nhs_number(random: Random) -> str:
    """Return a number of the National Health Service."""
    while True:
        number = digits(random, 10)
        if nhs.is_valid(number):
            return random.choice((number, f"{number[:3]} {number[3:6]} {number[6:]}"))


def german_tax_id(random: Random) -> str:
    """Return a German tax identification number."""
    while True:
        pool = random.sample("0123456789", 9)
        body = [*pool, random.choice(pool)]
        random.shuffle(body)
        for check in "0123456789":
            number = "".join(body) + check
            if body[0] != "0" and idnr.is_valid(number):
                return random.choice((number, idnr.format(number)))


def pension_number(random: Random) -> str:
    """Return a German pension insurance number."""
    year, month, day = birthday(random)
    head = f"{random.randint(2, 89):02}{day:02}{month:02}{year % 100:02}"
    letter, sequence = random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), digits(random, 2)
    values = f"{head}{ord(letter) - 64:02}{sequence}"
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    total = sum(sum(divmod(int(value) * weight, 10)) for value, weight in zip(values, weights, strict=True))
    number = f"{head}{letter}{sequence}{total % 10}"
    return random.choice((number, f"{number[:2]} {number[2:8]} {number[8]} {number[9:]}"))
