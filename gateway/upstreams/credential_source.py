"""Where a credential comes from: frozen descriptions, made when policies are read."""

from dataclasses import dataclass

from gateway.foundation.secret import Secret


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file with the credential as its whole text, read again when it changes."""

    path: str


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A credential in the state store, by the name that `deepseek-gateway credentials set` gave it."""

    name: str


@dataclass(frozen=True, slots=True)
class ClientSource:
    """A token endpoint that gives us tokens as one of its clients (RFC 6749 4.4)."""

    token_url: str
    client_id: str
    client_secret: Secret
    scope: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    in_form: bool = False


CredentialSource = FileSource | StoredSource | ClientSource
