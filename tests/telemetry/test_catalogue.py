"""Every metric of the gateway has a good name, bounded labels and buckets that reach far enough."""

import re

from gateway.telemetry import catalogue
from gateway.telemetry.catalogue import FAMILIES
from gateway.telemetry.family import Family
from tests.house.tree import ROOT

_NAMES_OF_THE_POLICY = {"tenant", "model", "upstream", "limit", "currency"}
_SHORT_LISTS = {
    "status", "ending", "mode", "type", "code", "kind", "log", "entity", "action", "result", "decision",
    "reason", "store", "version",
}  # fmt: skip


def test_what_is_declared_is_listed_once() -> None:
    """
    A family that is not listed would not be exported.
    """
    declared = [name for name, value in vars(catalogue).items() if isinstance(value, Family)]

    assert len(declared) == len(FAMILIES) == len({family.name for family in FAMILIES})


def test_names_follow_the_rules_of_prometheus() -> None:
    """
    Snake case under one prefix; counters end with _total, times are in seconds.
    """
    bad = [
        family.name
        for family in FAMILIES
        if not re.fullmatch(r"(gateway|process)_[a-z]+(_[a-z]+)*", family.name)
        or (family.kind == "counter") != family.name.endswith("_total")
        or (family.kind == "histogram" and not family.name.endswith("_seconds"))
    ]

    assert [] == bad


def test_every_family_says_what_it_is_in_a_sentence() -> None:
    """
    On one line.
    """
    assert [] == [family.name for family in FAMILIES if not re.fullmatch(r"[A-Z].*\.", family.told)]


def test_no_label_is_open_to_what_a_caller_types() -> None:
    """
    Labels are names of the policy or short lists of ours.
    """
    labels = {label for family in FAMILIES for label in family.labels}

    assert labels == _NAMES_OF_THE_POLICY | _SHORT_LISTS


def test_buckets_grow_and_reach_as_far_as_models_think() -> None:
    """
    Up to 600 seconds.
    """
    histograms = [family for family in FAMILIES if family.kind == "histogram"]

    assert [] == [one.name for one in histograms if list(one.buckets) != sorted(set(one.buckets))]
    assert {600.0} == {one.buckets[-1] for one in histograms}


def test_only_gauges_do_anything_but_add_up() -> None:
    """
    What was counted by several processes was counted by all of them together.
    """
    assert {"gauge"} == {family.kind for family in FAMILIES if family.merging != "sum"}


def test_the_document_lists_every_metric_as_it_is() -> None:
    """
    docs/metrics.md says the same of each, in the same order.
    """
    rows = [
        f"| `{family.name}` | {family.kind} | {', '.join(f'`{label}`' for label in family.labels) or '-'} "
        f"| {family.told} |"
        for family in FAMILIES
    ]

    lines = (ROOT / "docs/metrics.md").read_text("utf-8").splitlines()

    assert rows == [line for line in lines if line.startswith(("| `gateway_", "| `process_"))]
