"""Signing keys come before they sign and go after the last token of theirs."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.issuing.key_plan import (
    AHEAD_SECONDS,
    LONGEST_TOKEN_SECONDS,
    ROTATE_SECONDS,
    KeyAge,
    KeyPlan,
    next_name,
    plan_keys,
)

_BOTH = frozenset({"EdDSA", "RS256"})
_ED = frozenset({"EdDSA"})


def _key(number: int, made_at: float, algorithm: str = "EdDSA") -> KeyAge:
    return KeyAge(f"{algorithm}.{number:06d}", algorithm, made_at)


def test_at_first_every_algorithm_wants_a_key() -> None:
    """
    Only those that some client uses.
    """
    assert KeyPlan({}, ("EdDSA", "RS256"), ()) == plan_keys([], _BOTH, 0.0)
    assert KeyPlan({}, (), ()) == plan_keys([], frozenset(), 0.0)


def test_the_first_key_signs_at_once() -> None:
    """
    Nobody can know an older one.
    """
    assert KeyPlan({"EdDSA": "EdDSA.000001"}, (), ()) == plan_keys([_key(1, 0.0)], _ED, 0.0)


def test_a_new_key_is_shown_before_it_signs() -> None:
    """
    Whoever keeps our key set for a while has it by then.
    """
    keys = [_key(1, 0.0), _key(2, ROTATE_SECONDS)]

    before = plan_keys(keys, _ED, ROTATE_SECONDS + AHEAD_SECONDS - 1)
    after = plan_keys(keys, _ED, ROTATE_SECONDS + AHEAD_SECONDS)

    assert ["EdDSA.000001", "EdDSA.000002"] == [plan.signs["EdDSA"] for plan in (before, after)]
    assert ((), ()) == (before.gone, after.gone)


def test_an_old_key_stays_for_the_tokens_it_has_signed() -> None:
    """
    It goes once the longest of them must have expired.
    """
    keys = [_key(1, 0.0), _key(2, ROTATE_SECONDS)]
    last_signed = ROTATE_SECONDS + AHEAD_SECONDS

    assert () == plan_keys(keys, _ED, last_signed + LONGEST_TOKEN_SECONDS).gone
    assert ("EdDSA.000001",) == plan_keys(keys, _ED, last_signed + LONGEST_TOKEN_SECONDS + 3600).gone


def test_a_key_is_followed_by_another_in_time() -> None:
    """
    Each algorithm by itself, and none that nobody uses any more.
    """
    keys = [_key(1, 0.0), _key(1, 5.0, "RS256")]

    assert ("EdDSA",) == plan_keys(keys, _BOTH, ROTATE_SECONDS).wanted
    assert ("EdDSA", "RS256") == plan_keys(keys, _BOTH, ROTATE_SECONDS + 5).wanted
    assert ("RS256",) == plan_keys(keys, frozenset({"RS256"}), ROTATE_SECONDS + 5).wanted


@given(st.integers(1, 400), st.floats(1.0, 86_400.0))
def test_a_token_never_outlives_its_key(days: int, step: float) -> None:
    """
    However long the gateway runs: the signer of every token that has not expired is still shown.
    """
    keys: list[KeyAge] = []
    signed: list[tuple[float, str]] = []
    now = 0.0
    for _ in range(min(days * 4, 300)):
        plan = plan_keys(keys, _ED, now)
        keys = [key for key in keys if key.name not in plan.gone]
        for algorithm in plan.wanted:
            keys.append(KeyAge(next_name([key.name for key in keys], algorithm), algorithm, now))
        signed.append((now, plan_keys(keys, _ED, now).signs["EdDSA"]))
        shown = {key.name for key in keys}
        signed = [(at, name) for at, name in signed if at + LONGEST_TOKEN_SECONDS > now]
        assert {name for _, name in signed} <= shown
        now += step + 20_000


def test_names_count_up() -> None:
    """
    Also past those that could not be opened, and whatever else is there.
    """
    assert "EdDSA.000001" == next_name([], "EdDSA")
    assert "EdDSA.000010" == next_name(["EdDSA.000009", "RS256.000044", "EdDSA.x", "EdDSA"], "EdDSA")
