"""Texts that are made to be slow are walked in proportion to their length."""

import time

import pytest

from benchmarks.scanning import HOSTILE
from gateway.redaction.engines.choice import EngineName
from gateway.redaction.scanner import Scanner
from tests.fakes.looking import ENGINES, a_scanner

_SIZE = 16_384


def _best_of_three(scanner: Scanner, text: str) -> float:
    times = []
    for _ in range(3):
        began = time.process_time()
        scanner.scan(text)
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.long
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_four_times_the_text_takes_about_four_times_as_long(name: str, engine: EngineName) -> None:
    """
    Nothing grows with the square: that would be sixteen times.
    """
    scanner = a_scanner(engine)
    text = HOSTILE[name] * (_SIZE // len(HOSTILE[name]))
    scanner.scan(text)

    ratio = _best_of_three(scanner, text * 4) / max(_best_of_three(scanner, text), 1e-5)

    assert ratio < 9


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_nothing_is_found_in_them(name: str, engine: EngineName) -> None:
    """
    They only look like work.
    """
    assert () == a_scanner(engine).scan(HOSTILE[name] * (1_024 // len(HOSTILE[name])))
