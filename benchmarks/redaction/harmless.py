"""Numbers and codes that look private and are not."""

import hashlib
import uuid
from collections.abc import Callable
from random import Random

from benchmarks.redaction.numbers import digits


def _order(random: Random) -> str:
    return random.choice(("20241127", "", "SO")) + digits(random, random.choice((6, 8, 10)))


def _tracking(random: Random) -> str:
    return random.choice(("1Z999AA1", "YT", "77")) + digits(random, 10)


def _version(random: Random) -> str:
    return f"{random.randint(0, 20)}.{random.randint(0, 40)}.{random.randint(0, 99)}"


def _hash(random: Random) -> str:
    digest = hashlib.sha256(digits(random, 9).encode()).hexdigest()
    return digest[: random.choice((7, 12, 40, 64))]


HARMLESS: dict[str, Callable[[Random], str]] = {
    "order": _order,
    "tracking": _tracking,
    "sf": lambda random: "SF" + digits(random, 13),
    "ts10": lambda random: "17" + digits(random, 8),
    "ts13": lambda random: "17" + digits(random, 11),
    "price": lambda random: f"{random.randint(1, 99999)}.{random.randint(0, 99):02}",
    "small": lambda random: str(random.randint(1, 99)),
    "version": _version,
    "d4": lambda random: digits(random, 4),
    "d10": lambda random: digits(random, 10),
    "d18bad": lambda random: "2024" + digits(random, 14),
    "ean": lambda random: "69" + digits(random, 11),
    "isbn": lambda random: f"978-7-{digits(random, 3)}-{digits(random, 5)}-{digits(random, 1)}",
    "sha": _hash,
    "uuid": lambda random: str(uuid.UUID(int=random.getrandbits(128), version=4)),
    "imei": lambda random: "86" + digits(random, 13),
    "lat": lambda random: f"{random.uniform(20, 50):.6f}",
    "lon": lambda random: f"{random.uniform(80, 130):.6f}",
    "sku": lambda random: random.choice(("AB-", "SKU", "X")) + digits(random, random.choice((6, 8, 11))),
}
