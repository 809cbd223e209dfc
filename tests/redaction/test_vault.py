"""What a token stands for is known to its own request alone."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.vault import Vault


def test_a_token_stands_for_the_original_it_was_kept_with() -> None:
    """
    The first original stays; an unknown token stands for nothing.
    """
    vault = Vault()
    vault.keep("PERSON_AAAAAAAA", "张伟")
    vault.keep("PERSON_AAAAAAAA", "張偉")

    assert ("张伟", None, 1) == (vault.original("PERSON_AAAAAAAA"), vault.original("PERSON_B"), len(vault))


def test_a_vault_does_not_show_what_it_holds() -> None:
    """
    Not even to a debugger or a log.
    """
    vault = Vault()
    vault.keep("PERSON_AAAAAAAA", "张伟")

    assert "Vault(of 1 tokens)" == repr(vault)


@given(st.lists(st.text("ab_", min_size=1, max_size=5), max_size=8), st.text("ab_", max_size=5))
def test_a_beginning_is_one_of_some_longer_token(tokens: list[str], text: str) -> None:
    """
    Exactly the proper prefixes of what is kept.
    """
    vault = Vault()
    for token in tokens:
        vault.keep(token, "x")

    assert any(token.startswith(text) and token != text for token in tokens) is vault.has_beginning(text)
