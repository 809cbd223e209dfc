"""
What it costs to find one key among many, in a process of its own: `python -m benchmarks.many_keys`.

No socket is in it: the head of a request is there, and the clock of the
process counts nothing but the look-up.
"""

import json
import os
import sys
import time
from collections.abc import Callable

from benchmarks.process_figures import resident_bytes
from gateway.foundation.state_store import Entry
from gateway.identity.api_key import mint
from gateway.identity.authenticator import Authenticator
from gateway.identity.key_document import KIND, KeyDocument, encode_key
from gateway.identity.keyring import Keyring
from gateway.identity.run_time_keys import RunTimeKeys
from gateway.vocabulary.arrival import Arrival

_NOW = 1_800_000_000.0
_ROUNDS = 7
_FEW = 100
_TENANTS = 50


def main() -> int:
    """Measure with so many keys and look-ups; print the figures as JSON."""
    many, look_ups = (int(text) for text in sys.argv[1:])
    few, shown_few = _known(_FEW)
    micros_few = _median(few, shown_few, look_ups)
    del few, shown_few
    before = resident_bytes(os.getpid())
    known, shown = _known(many)
    after = resident_bytes(os.getpid())
    micros_many = _median(known, shown, look_ups)
    figures = {
        "keys": many,
        "micros_with_few": micros_few,
        "micros_with_many": micros_many,
        "bytes": after - before,
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def _known(count: int) -> tuple[Callable[[Arrival], object], list[Arrival]]:
    """Return a look-up among so many keys, and heads that show some of them."""
    standings = {f"tenant-{number}": {"default": ()} for number in range(_TENANTS)}
    keyring = Keyring(standings=standings)
    keys = RunTimeKeys()
    shown: list[Arrival] = []
    for number in range(count):
        minted = mint()
        document = KeyDocument(
            id=minted.key_id,
            hash=minted.hash,
            tenant=f"tenant-{number % _TENANTS}",
            label=f"key number {number}",
            created_at=_NOW,
        )
        keys.take([Entry(KIND, minted.key_id, encode_key(document), number + 1)], is_whole=False)
        if number % max(1, count // 1000) == 0:
            shown.append(_head(minted.text.reveal()))
    authenticator = Authenticator(None, keys.find)
    return lambda arrival: authenticator.identify(arrival, keyring, _NOW), shown


def _head(key: str) -> Arrival:
    headers = {b"host": b"gateway", b"authorization": b"Bearer " + key.encode()}
    return Arrival("req_1", "POST", "/v1/chat/completions", b"", headers, "127.0.0.1", 0.0)


def _median(identify: Callable[[Arrival], object], shown: list[Arrival], look_ups: int) -> float:
    """Return the microseconds of CPU of one look-up: the median of some rounds."""
    micros: list[float] = []
    for _ in range(_ROUNDS):
        began = time.process_time_ns()
        for number in range(look_ups):
            identify(shown[number % len(shown)])
        micros.append((time.process_time_ns() - began) / 1000 / look_ups)
    return sorted(micros)[_ROUNDS // 2]


if __name__ == "__main__":
    sys.exit(main())
