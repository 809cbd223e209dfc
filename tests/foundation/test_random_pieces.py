"""Random pieces are never handed out twice, in whatever thread or process."""

import os
from concurrent.futures import ThreadPoolExecutor

from gateway.foundation.random_pieces import RandomPieces


def test_pieces_have_their_size_and_are_all_different() -> None:
    """
    Far beyond what is fetched at once.
    """
    pieces = RandomPieces(12)
    taken = [pieces.take() for _ in range(2000)]

    assert {12} == {len(piece) for piece in taken}
    assert 2000 == len(set(taken))


def test_several_threads_share_no_piece() -> None:
    """
    Each takes its own.
    """
    pieces = RandomPieces(16)
    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda _: pieces.take(), range(8000)))

    assert 8000 == len(set(taken))


def test_a_forked_process_has_pieces_of_its_own() -> None:
    """
    A nonce that is used twice would open what it locks.
    """
    pieces = RandomPieces(12)
    pieces.take()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, pieces.take())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 12)
    mine = {pieces.take() for _ in range(255)}
    for end in (reading, writing):
        os.close(end)

    assert 12 == len(theirs)
    assert theirs not in mine
