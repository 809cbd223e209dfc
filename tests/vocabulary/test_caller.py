"""Who is calling."""

from gateway.vocabulary.caller import Caller


def test_the_same_caller_is_the_same_key() -> None:
    """
    Callers stand in dictionaries; equal ones meet there, and another tenant's never does.
    """
    first, same = (Caller("acme", "default", "key_1", "api_key") for _ in range(2))

    known = {first: "first", Caller("other", "default", "key_1", "api_key"): "other"}

    assert (2, "first") == (len(known), known[same])


def test_who_was_given_no_scopes_has_none() -> None:
    """
    Nothing is permitted by forgetting.
    """
    assert frozenset() == Caller("acme", "default", "key_1", "api_key").scopes


def test_two_who_give_ids_may_give_the_same() -> None:
    """
    A key of ours and a program of an identity provider are two accounts, as programs of two providers are.
    """
    callers = [
        Caller("acme", "default", "web", "api_key"),
        *(Caller("acme", "default", "web", "jwt", issuer=issuer) for issuer in ("a1", "b2")),
    ]

    assert ["web", "web@a1", "web@b2"] == [caller.account for caller in callers]
