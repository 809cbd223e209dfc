"""What documents say about a credential for an upstream becomes a secret, or where one is to be had."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from gateway.foundation.secret import Secret
from gateway.upstreams.credential_source import ClientSource, CredentialSource, FileSource, StoredSource
from gateway.upstreams.credentials.rules import CredentialRules, OAuthRules

_OWN_PARAMETERS = frozenset({"grant_type", "scope", "client_id", "client_secret"})


def credential_mistakes(rules: CredentialRules) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a credential, by key."""
    stated = [name for name in CredentialRules.__struct_fields__ if _is_stated(rules, name)]
    if len(stated) > 1:
        yield stated[-1], f"stands beside {stated[0]}; a credential comes from one place, so keep one of them"
    secret = rules.credential.reveal() if rules.credential is not None else ""
    if not secret.isascii() or not secret.isprintable():
        yield "credential", "has characters that no header may carry; check the variable for line breaks"
    if rules.oauth is not None:
        yield from _oauth_mistakes(rules.oauth)


def has_credential(rules: CredentialRules) -> bool:
    """Whether there is one, or a place where it is to be had."""
    return credential_of(rules) is not None or source_of(rules) is not None


def credential_of(rules: CredentialRules) -> Secret | None:
    """Return the credential that stands in the document; an empty one is none."""
    return rules.credential if rules.credential is not None and rules.credential.reveal() else None


def source_of(rules: CredentialRules) -> CredentialSource | None:
    """Return where the credential is to be had, None if that is no question."""
    if rules.credential_file is not None:
        return FileSource(rules.credential_file)
    if rules.stored_credential is not None:
        return StoredSource(rules.stored_credential)
    if rules.oauth is None:
        return None
    return ClientSource(
        token_url=rules.oauth.token_url,
        client_id=rules.oauth.client_id,
        client_secret=rules.oauth.client_secret,
        scope=rules.oauth.scope,
        parameters=tuple(sorted(rules.oauth.parameters.items())),
        in_form=rules.oauth.client_auth == "form",
    )


def _is_stated(rules: CredentialRules, name: str) -> bool:
    return credential_of(rules) is not None if name == "credential" else getattr(rules, name) is not None


def _oauth_mistakes(oauth: OAuthRules) -> Iterator[tuple[str, str]]:
    try:
        url = urlsplit(oauth.token_url)
        _ = url.port
    except ValueError:
        yield "oauth.token_url", "is no URL; write https://host/path"
    else:
        if not url.hostname or "@" in url.netloc or url.fragment:
            yield (
                "oauth.token_url",
                "has a user name or fragment; write https://host/path",
            )
    if not oauth.client_id:
        yield "oauth.client_id", "is empty; write the id under which the token endpoint knows this gateway"
    if not oauth.client_secret.reveal():
        yield "oauth.client_secret", "is empty; set its variable"
    for name in _OWN_PARAMETERS & oauth.parameters.keys():
        yield f"oauth.parameters.{name}", "has a key of its own beside `parameters`; write it there"
