"""The canary tests are about all that a caller can be told."""

import re

from tests.house.tree import ROOT
from tests.journeys.canary_codes import FORCED, NOT_FORCED

_ROW = re.compile(r"^\| `([a-z_]+)` \|", re.MULTILINE)


def test_every_code_is_forced_or_it_is_said_why_it_is_not() -> None:
    """
    A new code is one to decide about: the canary tests hold what they were told to these lists.
    """
    documented = set(_ROW.findall((ROOT / "docs/errors.md").read_text("utf-8")))

    assert documented == set().union(*FORCED.values()) | NOT_FORCED.keys()


def test_what_is_forced_is_not_excused() -> None:
    """
    A reason that no longer holds goes.
    """
    assert set() == set().union(*FORCED.values()) & NOT_FORCED.keys()


def test_every_list_is_that_of_a_test() -> None:
    """
    What is claimed to be forced is forced by a file that asks this list.
    """
    files = {name.partition(",")[0] for name in FORCED}

    assert {path.stem for path in (ROOT / "tests/journeys").glob("test_canary*.py")} - {
        "test_canary_codes"
    } == files
    for name in FORCED:
        text = (ROOT / f"tests/journeys/{name.partition(',')[0]}.py").read_text("utf-8")
        assert f'FORCED["{name}"]' in text
