"""Entries open for the tenant and the name they were locked for, and for nothing else."""

import pytest

from gateway.cache.entry import NotAnEntry, read_label, write_label
from gateway.cache.strongbox import Strongbox
from tests.fakes.cache_values import a_label
from tests.fakes.fixed_keys import FixedKeys

_NAME, _OTHER_NAME = b"n" * 16, b"m" * 16


class Bench:
    """A strongbox, and an entry of acme in it."""

    def __init__(self) -> None:
        self.keys = FixedKeys()
        self.boxes = Strongbox(self.keys)
        self.box = self.boxes.of("acme")
        self.label = a_label(key_id=self.box.key_id)
        self.entry = self.box.lock(_NAME, self.label, b"the answer")

    def opens(self, tenant: str, name: bytes, entry: bytes) -> bool:
        """Whether this is opened."""
        try:
            self.boxes.of(tenant).open(name, entry)
        except NotAnEntry:
            return False
        return True


@pytest.fixture
def bench() -> Bench:
    """A fresh one."""
    return Bench()


def test_what_was_locked_is_opened(bench: Bench) -> None:
    """
    With its label.
    """
    assert (bench.label, b"the answer") == bench.box.open(_NAME, bench.entry)


def test_no_word_of_an_answer_can_be_read_without_the_key(bench: Bench) -> None:
    """
    Neither the answer nor the tenant's name stands in an entry.
    """
    assert b"answer" not in bench.entry
    assert b"acme" not in bench.entry


def test_two_entries_of_one_answer_have_nothing_in_common(bench: Bench) -> None:
    """
    Whoever sees a store does not learn that two answers are equal.
    """
    again = bench.box.lock(_NAME, bench.label, b"the answer")

    assert again[len(write_label(bench.label)) :] != bench.entry[len(write_label(bench.label)) :]


def test_an_entry_of_another_tenant_does_not_open(bench: Bench) -> None:
    """
    Moved to another tenant's place, with its label forged too, it stays shut.
    """
    forged_label = write_label(a_label(key_id=bench.boxes.of("rival").key_id))
    forged = forged_label + bench.entry[len(forged_label) :]

    assert not bench.opens("rival", _NAME, bench.entry)
    assert not bench.opens("rival", _NAME, forged)


def test_an_entry_under_another_name_does_not_open(bench: Bench) -> None:
    """
    An answer to one question cannot be slipped under another one.
    """
    assert not bench.opens("acme", _OTHER_NAME, bench.entry)


def test_a_changed_bit_anywhere_shuts_an_entry(bench: Bench) -> None:
    """
    In the label, the nonce, the text or the seal.
    """
    assert bench.opens("acme", _NAME, bench.entry)
    for place in range(len(bench.entry)):
        changed = bytearray(bench.entry)
        changed[place] ^= 1
        assert not bench.opens("acme", _NAME, bytes(changed)), place


def test_a_half_written_entry_does_not_open(bench: Bench) -> None:
    """
    Cut anywhere.
    """
    for length in range(len(bench.entry)):
        assert not bench.opens("acme", _NAME, bench.entry[:length]), length


def test_a_destroyed_key_erases_what_it_locked(bench: Bench) -> None:
    """
    Under the new key the old entry does not open, and its question has another name.
    """
    name = bench.box.name(b"", b"question")
    tag = bench.box.tag_of("model", "deepseek-chat")

    bench.keys.destroy("acme")

    assert not bench.opens("acme", _NAME, bench.entry)
    anew = bench.boxes.of("acme")
    assert name != anew.name(b"", b"question")
    assert tag != anew.tag_of("model", "deepseek-chat")
    assert read_label(bench.entry).key_id != anew.key_id


def test_the_same_question_has_another_name_for_every_tenant(bench: Bench) -> None:
    """
    Nobody can ask for a name that is another tenant's.
    """
    names = {bench.boxes.of(tenant).name(b"p", b"question") for tenant in ("acme", "rival", "third")}

    assert 3 == len(names)
    assert 2 == len({bench.boxes.of(tenant).tag for tenant in ("acme", "rival")})


def test_what_is_asked_is_not_mistaken_for_among_whom(bench: Bench) -> None:
    """
    Moving a byte from the one to the other makes another name.
    """
    assert bench.box.name(b"ab", b"c") != bench.box.name(b"a", b"bc")
