"""A known value is found by its hashes, and only where it was."""

import hashlib
import hmac
from pathlib import Path

import pytest

from gateway.audit.catalogue import AuditRead, Noticed
from gateway.audit.review.lookup import KINDS, hashes_of, look_for
from gateway.audit.review.sources import files_of
from tests.fakes.audit_logs import SmallLog

_KEYS = {"2026-10": bytes(32), "2026-11": bytes([1] * 32)}


def _hash(value: str, kind: str, period: str) -> str | None:
    key = _KEYS.get(period)
    if key is None:
        return None
    digest = hmac.new(key, f"{kind}\n{value}".encode(), hashlib.sha256).hexdigest()
    return f"h1:{period}:{digest[:32]}"


def test_a_value_is_found_with_its_requests(tmp_path: Path) -> None:
    """
    In the month and as the kind in which it was there, nowhere else.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    log.exchange("req_1", subject=_hash("maria", "subject", "2026-11"))
    log.exchange("req_2", subject=_hash("otto", "subject", "2026-11"))
    log.exchange("req_3", subject=_hash("maria", "subject", "2026-11"))
    hashes = hashes_of("maria", KINDS, _KEYS, _hash)

    found = {(one.kind, one.period): one for one in look_for(hashes, files_of([log.folder]))}

    maria = found.pop(("subject", "2026-11"))
    assert (4, ("req_1", "req_3")) == (maria.records, maria.requests)
    assert ("2026-11-27T06:14:10.000000Z", "2026-11-27T06:14:15.000000Z") == (maria.first, maria.last)
    assert {0} == {one.records for one in found.values()}
    assert 5 == len(found)


def test_a_search_for_a_value_is_no_sighting_of_it(tmp_path: Path) -> None:
    """
    Looks are recorded with the hash that was asked for; a fact outside an exchange names the value itself.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    subject, address = _hash("maria", "subject", "2026-11"), _hash("maria", "address", "2026-11")
    log.record("audit.read", AuditRead(act="query", actor="cli:jo", what={"subject": subject}))
    log.record("credentials.rejected", Noticed(facts={"address": address}))
    hashes = hashes_of("maria", KINDS, ["2026-11"], _hash)

    found = {one.kind: one.records for one in look_for(hashes, files_of([log.folder]))}

    assert {"subject": 0, "user": 0, "address": 1} == found


@pytest.mark.parametrize(
    ("asked", "recorded"),
    [
        ("2001:DB8:0::0005", "2001:db8::5"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_address_is_found_in_every_writing(asked: str, recorded: str) -> None:
    """
    Records know one; what is no address is looked for as it is.
    """
    found = hashes_of(asked, ["address", "user"], ["2026-11"], _hash)

    expected = [_hash(recorded, "address", "2026-11"), _hash(asked, "user", "2026-11")]
    assert expected == [one.hash for one in found]


def test_a_period_without_a_key_has_no_hash() -> None:
    """
    What was forgotten can be tied to nothing.
    """
    assert [] == hashes_of("maria", KINDS, ["2026-01"], _hash)
