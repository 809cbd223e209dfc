"""A client in a document is known by the hashes of its secrets."""

from gateway.identity.api_key import digest_of, hash_of
from gateway.identity.issuing.key_plan import LONGEST_TOKEN_SECONDS
from gateway.identity.issuing.rules import LONGEST_TOKEN_SECONDS as LONGEST_IN_POLICY
from gateway.identity.issuing.rules import ClientRules


def test_hashes_are_read_as_digests() -> None:
    """
    In their order, as many as there are.
    """
    rules = ClientRules(id="shop", hashes=(hash_of("one"), hash_of("two")))

    assert (digest_of(b"one"), digest_of(b"two")) == rules.digests


def test_no_policy_lets_a_token_outlive_its_key() -> None:
    """
    The plan of the signing keys counts with the longest token that policy permits.
    """
    assert LONGEST_IN_POLICY <= LONGEST_TOKEN_SECONDS
