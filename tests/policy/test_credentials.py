"""A credential for an upstream comes from one place, and what is said of it makes sense."""

from typing import Any

import pytest

from gateway.foundation.secret import Secret
from gateway.policy.credentials import credential_mistakes, credential_of, has_credential, source_of
from gateway.upstreams.credential_source import ClientSource, FileSource, StoredSource
from gateway.upstreams.credentials.rules import CredentialRules, OAuthRules


def _oauth(**changes: Any) -> OAuthRules:
    fields: dict[str, Any] = {
        "token_url": "https://login.test/token",
        "client_id": "gateway",
        "client_secret": Secret("s3"),
    }
    return OAuthRules(**(fields | changes))


@pytest.mark.parametrize(
    ("rules", "secret", "source"),
    [
        (CredentialRules(), None, None),
        (CredentialRules(credential=Secret("")), None, None),
        (CredentialRules(credential=Secret("sk")), Secret("sk"), None),
        (CredentialRules(credential_file="/run/key"), None, FileSource("/run/key")),
        (CredentialRules(credential=Secret(""), stored_credential="deep"), None, StoredSource("deep")),
        (
            CredentialRules(oauth=_oauth()),
            None,
            ClientSource("https://login.test/token", "gateway", Secret("s3")),
        ),
        (
            CredentialRules(oauth=_oauth(scope="a b", client_auth="form", parameters={"b": "2", "a": "1"})),
            None,
            ClientSource(
                "https://login.test/token",
                "gateway",
                Secret("s3"),
                "a b",
                (("a", "1"), ("b", "2")),
                in_form=True,
            ),
        ),
    ],
)
def test_a_credential_is_there_or_is_to_be_had(
    rules: CredentialRules, secret: Secret | None, source: object
) -> None:
    """
    As a text, a file, an entry of the state store, or from a token endpoint.
    """
    assert (secret, source) == (credential_of(rules), source_of(rules))
    assert has_credential(rules) == (secret is not None or source is not None)
    assert [] == list(credential_mistakes(rules))


@pytest.mark.parametrize(
    ("rules", "key"),
    [
        (CredentialRules(credential=Secret("a\nb")), "credential"),
        (CredentialRules(credential=Secret("sk"), credential_file="/run/key"), "credential_file"),
        (CredentialRules(credential_file="/run/key", oauth=_oauth()), "oauth"),
        (CredentialRules(oauth=_oauth(token_url="https://user@login.test/")), "oauth.token_url"),
        (CredentialRules(oauth=_oauth(token_url="https://login.test:x/")), "oauth.token_url"),
        (CredentialRules(oauth=_oauth(token_url="https:///token")), "oauth.token_url"),
        (CredentialRules(oauth=_oauth(client_id="")), "oauth.client_id"),
        (CredentialRules(oauth=_oauth(client_secret=Secret(""))), "oauth.client_secret"),
        (CredentialRules(oauth=_oauth(parameters={"scope": "x"})), "oauth.parameters.scope"),
    ],
)
def test_a_mistake_is_named_by_its_key(rules: CredentialRules, key: str) -> None:
    """
    Two places at once are not a choice of ours.
    """
    assert [key] == [found for found, _ in credential_mistakes(rules)]
