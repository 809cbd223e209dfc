"""What is taken back of a cache is never given by it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.narrowing import keeps_nothing, key_keeps_nothing, narrowed, terms_for, widenings
from gateway.cache.rules import CacheRules, CacheScope, NarrowerCacheRules
from tests.fakes.cache_values import some_cache_terms

_SCOPES: tuple[CacheScope, ...] = ("tenant", "project", "key", "user")
_RULES = st.builds(
    CacheRules, enabled=st.booleans(), scope=st.sampled_from(_SCOPES), ttl_seconds=st.integers(1, 100)
)
_NARROWER = st.builds(
    NarrowerCacheRules,
    enabled=st.none() | st.booleans(),
    scope=st.none() | st.sampled_from(_SCOPES),
    ttl_seconds=st.none() | st.integers(1, 100),
)


@given(_RULES, _NARROWER)
def test_nothing_is_ever_widened(rules: CacheRules, narrower: NarrowerCacheRules) -> None:
    """
    Whatever is said, also what would have been refused.
    """
    left = narrowed(rules, narrower)

    assert left.enabled <= rules.enabled
    assert left.ttl_seconds <= rules.ttl_seconds
    assert left.scope == rules.scope or rules.scope in ("tenant", "project")
    assert not (rules.scope == "project" and left.scope == "tenant")


@given(_RULES, _NARROWER)
def test_what_widens_nothing_counts_as_it_stands(rules: CacheRules, narrower: NarrowerCacheRules) -> None:
    """
    And what does is named, key by key.
    """
    left = narrowed(rules, narrower)
    wide = {key for key, _ in widenings(rules, narrower)}
    said = {key: value for key, value in msgspec.structs.asdict(narrower).items() if value is not None}

    assert wide == {key for key, value in said.items() if getattr(left, key) != value}


@pytest.mark.parametrize("rules", [CacheRules(), CacheRules(enabled=True)])
def test_who_takes_nothing_back_has_what_is_above(rules: CacheRules) -> None:
    """
    The very same rules.
    """
    assert rules is narrowed(rules, None)
    assert [] == list(widenings(rules, None))


def test_a_key_has_terms_of_its_own_on_the_same_route() -> None:
    """
    Or none at all.
    """
    terms = some_cache_terms(ttl_seconds=600)

    short = terms_for(terms, b'{"ttl_seconds":60,"scope":"key"}')

    assert short is not None
    assert (60, "key", terms.route) == (short.rules.ttl_seconds, short.rules.scope, short.route)
    assert terms_for(terms, b'{"enabled":false}') is None


@pytest.mark.parametrize("told", [b"", b"[]", b'{"level": 9}', b'{"scope": "planet"}'])
def test_what_cannot_be_read_keeps_nothing(told: bytes) -> None:
    """
    It may have been written by a newer gateway.
    """
    assert terms_for(some_cache_terms(), told) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b'{"enabled":false}', True),
        (b'{"enabled":null,"ttl_seconds":60}', False),
        (b'{"enabled":true}', False),
        (b'{"of another version":1}', True),
    ],
)
def test_a_key_may_say_that_nothing_is_kept(said: bytes, expected: bool) -> None:  # noqa: FBT001
    """
    What cannot be read may well say it.
    """
    assert expected is key_keeps_nothing(said)


def test_what_says_nothing_keeps_what_is_kept_above() -> None:
    """
    Only a plain no is one.
    """
    assert not keeps_nothing(None)
    assert not keeps_nothing(NarrowerCacheRules())
    assert keeps_nothing(NarrowerCacheRules(enabled=False))
