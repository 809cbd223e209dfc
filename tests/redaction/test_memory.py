"""What was found in texts that were seen before."""

from gateway.redaction.finding import Finding
from gateway.redaction.memory import ScanMemory, text_key

FOUND = (Finding(0, 2, "PERSON", b"m" * 16),)


def test_what_was_kept_is_recalled() -> None:
    """
    A text without findings is known too.
    """
    memory = ScanMemory()
    memory.keep(b"a", FOUND)
    memory.keep(b"b", ())

    assert [FOUND, (), None] == [memory.recall(key) for key in (b"a", b"b", b"c")]


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    """
    There is room for so many texts and findings together.
    """
    memory = ScanMemory(room=4)
    memory.keep(b"a", FOUND)
    memory.keep(b"b", FOUND)
    memory.recall(b"a")
    memory.keep(b"c", ())

    assert [FOUND, None, ()] == [memory.recall(key) for key in (b"a", b"b", b"c")]


def test_more_findings_than_there_is_room_push_nothing_out() -> None:
    """
    One hostile text does not empty the memory.
    """
    memory = ScanMemory(room=4)
    memory.keep(b"a", FOUND)
    memory.keep(b"huge", FOUND * 10)

    assert (FOUND, None, 1) == (memory.recall(b"a"), memory.recall(b"huge"), len(memory))


def test_keeping_the_same_twice_takes_no_more_room() -> None:
    """
    Two requests with the same text may run at once.
    """
    memory = ScanMemory(room=4)
    for _ in range(10):
        memory.keep(b"a", FOUND)
    memory.keep(b"b", FOUND)

    assert 2 == len(memory)


def test_a_text_is_known_by_a_secret() -> None:
    """
    Nobody without it can tell which texts were seen.
    """
    assert text_key(b"one", "hello") != text_key(b"two", "hello")
    assert text_key(b"one", "hello") == text_key(b"one", "hello")
    assert text_key(b"one", "\ud800") != text_key(b"one", "\ud801")
