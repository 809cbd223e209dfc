"""Private values by the slot they fill, each with its entity."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from random import Random

from benchmarks.redaction import numbers
from benchmarks.redaction.numbers import digits
from benchmarks.redaction.people import People

_SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
_CHINESE_DATES = ("{0}年{1}月{2}日", "{0}-{1:02}-{2:02}", "{0}{1:02}{2:02}")
_ENGLISH_DATES = ("{1:02}/{2:02}/{0}", "{3} {2}, {0}", "{0}-{1:02}-{2:02}")
_GERMAN_DATES = ("{2:02}.{1:02}.{0}", "{2}.{1}.{0}")


def _signs(random: Random, count: int) -> str:
    return "".join(random.choices(_SIGNS, k=count))


def _birthday(writings: tuple[str, ...]) -> Callable[[Random], str]:
    def make(random: Random) -> str:
        year, month, day = numbers.birthday(random)
        return random.choice(writings).format(year, month, day, _MONTHS[month - 1])

    return make


def _handle(random: Random) -> str:
    name = "".join(random.choices("abcdefghijkmnpqrstuvwxyz", k=5))
    return name + random.choice(("_", "")) + digits(random, 4)


def _passport(random: Random) -> str:
    return (random.choice(("C01X0", "K12", "5")) + digits(random, 8))[:9]


def _international(random: Random) -> str:
    heads = (("+44 7700 900", 3), ("+49 151 2345", 4), ("+86 138 1234 ", 4), ("+33 6 12 34 5", 3))
    head, count = random.choice(heads)
    return head + digits(random, count)


def _german_mobile(random: Random) -> str:
    return random.choice(("0171 ", "0151 ", "0176/")) + str(random.randint(10**6, 10**7 - 1))


def _german_card(random: Random) -> str:
    return random.choice("LTCFG") + digits(random, 2) + random.choice("XRTZ") + digits(random, 5)


def _beneficiary(random: Random) -> str:
    return f"{random.randint(1, 9)}EG{random.randint(1, 9)}-TE{random.randint(1, 9)}-MK{digits(random, 2)}"


def _api_key(random: Random) -> str:
    model = f"sk-{random.getrandbits(128):032x}"
    return random.choice((model, "AKIA" + _signs(random, 16).upper(), "ghp_" + _signs(random, 36)))


def _jwt(random: Random) -> str:
    head = urlsafe_b64encode(b'{"alg":"HS256"}').decode().rstrip("=")
    body = urlsafe_b64encode(f'{{"sub":"{digits(random, 10)}"}}'.encode()).decode().rstrip("=")
    return f"{head}.{body}.{_signs(random, 43)}"


def _armour(random: Random) -> str:
    body = f"{_signs(random, 64)}\n{_signs(random, 64)}"
    return f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"


PEOPLE: dict[str, tuple[str, Callable[[People], str]]] = {
    "name": ("PERSON", People.chinese_name),
    "name_en": ("PERSON", People.english_name),
    "name_de": ("PERSON", People.german_name),
    "last_en": ("PERSON", People.english_last_name),
    "last_de": ("PERSON", People.german_last_name),
    "address": ("ADDRESS", People.chinese_address),
    "address_en": ("ADDRESS", People.english_address),
    "address_de": ("ADDRESS", People.german_address),
    "email": ("EMAIL", People.email),
}
PRIVATE: dict[str, tuple[str, Callable[[Random], str]]] = {
    "id": ("CN_RESIDENT_ID", numbers.cn_id),
    "id15": ("CN_RESIDENT_ID", numbers.cn_id15),
    "mobile": ("PHONE", numbers.cn_mobile),
    "landline": ("PHONE", numbers.cn_landline),
    "card": ("PAYMENT_CARD", numbers.card),
    "uscc": ("CN_USCC", numbers.credit_code),
    "plate": ("CN_LICENCE_PLATE", numbers.plate),
    "hkid": ("HK_ID", numbers.hk_id),
    "twid": ("TW_ID", numbers.tw_id),
    "iban": ("IBAN", numbers.account),
    "ssn": ("US_SSN", numbers.ssn),
    "usphone": ("PHONE", numbers.us_phone),
    "nino": ("UK_NINO", numbers.nino),
    "nhs": ("UK_NHS", numbers.nhs_number),
    "detax": ("DE_TAX_ID", numbers.german_tax_id),
    "desv": ("DE_SOCIAL_SECURITY", numbers.pension_number),
    "dob": ("DATE_OF_BIRTH", _birthday(_CHINESE_DATES)),
    "dob_en": ("DATE_OF_BIRTH", _birthday(_ENGLISH_DATES)),
    "dob_de": ("DATE_OF_BIRTH", _birthday(_GERMAN_DATES)),
    "wechat": ("WECHAT_ID", _handle),
    "qq": ("QQ_ID", lambda random: str(random.randint(10**5, 10**10 - 1))),
    "record": ("MEDICAL_RECORD", lambda random: random.choice(("", "MR", "ZY-", "P")) + digits(random, 8)),
    "medins": ("MEDICAL_INSURANCE", lambda random: random.choice(("1", "A1", "XYZ1")) + digits(random, 9)),
    "passport": ("PASSPORT", lambda random: random.choice("EG") + digits(random, 8)),
    "passport_en": ("PASSPORT", _passport),
    "permit": ("TRAVEL_PERMIT", lambda random: random.choice("HM") + digits(random, 10)),
    "macauid": ("MACAU_ID", lambda random: f"{random.choice('157')}{digits(random, 6)}({digits(random, 1)})"),
    "account": ("BANK_ACCOUNT", lambda random: "7" + digits(random, random.randint(7, 11))),
    "cvv": ("SECRET_CARD_CODE", lambda random: digits(random, 3)),
    "ip": ("IP_ADDRESS", lambda random: ".".join(str(random.randint(11, 126)) for _ in range(4))),
    "mac": ("MAC_ADDRESS", lambda random: ":".join(f"{random.randrange(256):02X}" for _ in range(6))),
    "urlcred": ("SECRET_URL", lambda random: f"svc{digits(random, 2)}:{_signs(random, 12)}"),
    "password": (
        "SECRET_PASSWORD",
        lambda random: _signs(random, 6) + random.choice("!@#$") + digits(random, 2),
    ),
    "apikey": ("SECRET_API_KEY", _api_key),
    "token": ("SECRET_TOKEN", lambda random: f"{random.getrandbits(160):040x}"),
    "jwt": ("SECRET_JWT", _jwt),
    "pem": ("SECRET_PRIVATE_KEY", _armour),
    "intl": ("PHONE", _international),
    "ukphone": ("PHONE", lambda random: random.choice(("07700 900", "07911 123")) + digits(random, 3)),
    "dephone": ("PHONE", _german_mobile),
    "deid": ("DE_ID_CARD", _german_card),
    "itin": (
        "US_ITIN",
        lambda random: f"9{digits(random, 2)}-{random.randint(70, 88)}-{random.randint(1, 9999):04}",
    ),
    "mbi": ("MEDICAL_INSURANCE", _beneficiary),
}
