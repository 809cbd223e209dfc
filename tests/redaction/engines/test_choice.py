"""Choosing an engine."""

from gateway.redaction.engines.choice import make_engine
from gateway.redaction.engines.hyperscan_engine import HyperscanEngine
from gateway.redaction.engines.pure_python import PurePython
from gateway.redaction.shapes import gather

_ANCHORS = gather(["@"])


def test_the_fast_one_is_chosen_where_it_is_installed() -> None:
    """
    `auto` means Hyperscan on a machine that has it.
    """
    assert isinstance(make_engine("auto", _ANCHORS), HyperscanEngine)
    assert isinstance(make_engine("hyperscan", _ANCHORS), HyperscanEngine)


def test_the_patient_one_can_be_asked_for() -> None:
    """
    `python` means Python, whatever is installed.
    """
    assert isinstance(make_engine("python", _ANCHORS), PurePython)


def test_the_same_anchors_share_an_engine() -> None:
    """
    Ten profiles that look for the same cost one compilation.
    """
    assert make_engine("auto", gather(["@"])) is make_engine("auto", _ANCHORS)
