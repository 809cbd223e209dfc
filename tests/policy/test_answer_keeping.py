"""Which models of which route have a cache."""

from dataclasses import replace

from gateway.cache.rules import CacheRules
from gateway.policy.answer_keeping import kept_by
from gateway.upstreams.target import Origin, Target
from tests.fakes.builders import a_target

_ON = CacheRules(enabled=True)


def test_only_the_models_that_are_named_have_a_cache() -> None:
    """
    By their own names, with wild cards.
    """
    rules = CacheRules(enabled=True, models=("deepseek-*",))

    assert kept_by(rules, "deepseek-flash", [a_target()]) is not None
    assert kept_by(rules, "other", [a_target()]) is None
    assert kept_by(CacheRules(), "deepseek-flash", [a_target()]) is None


def test_whatever_makes_a_route_another_one_makes_another_cache() -> None:
    """
    Server, address, model and order; a credential or a patience does not.
    """
    target = a_target()
    moved = replace(target.upstream, origin=Origin("http", "127.0.0.2", 9))
    routes = [
        [target],
        [Target(target.upstream, "another-model")],
        [Target(moved, target.model)],
        [Target(replace(target.upstream, kind="vllm"), target.model)],
        [target, a_target("second")],
        [a_target("second"), target],
    ]

    digests = [terms.route for targets in routes if (terms := kept_by(_ON, "m", targets))]
    patient = kept_by(_ON, "m", [Target(replace(target.upstream, connections=1), target.model)])

    assert len(routes) == len(set(digests))
    assert patient is not None
    assert digests[0] == patient.route
