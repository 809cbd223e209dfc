"""What the gateway says of itself as an issuer (RFC 8414)."""

from typing import Any

TOKEN, INTROSPECT, REVOKE = "/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"
JWKS = "/.well-known/jwks.json"
METADATA = "/.well-known/oauth-authorization-server"
_CLIENT_METHODS = ["client_secret_basic", "client_secret_post"]


def metadata_of(issuer: str, scopes: list[str]) -> dict[str, Any]:
    """
    Return the metadata document; every URL in it begins with the issuer's name.

    An empty list is left out (RFC 8414 3.2), but for the one that has to be there (2).
    """
    return {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN,
        "jwks_uri": issuer + JWKS,
        "introspection_endpoint": issuer + INTROSPECT,
        "revocation_endpoint": issuer + REVOKE,
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        **({"scopes_supported": scopes} if scopes else {}),
        "token_endpoint_auth_methods_supported": _CLIENT_METHODS,
        "introspection_endpoint_auth_methods_supported": _CLIENT_METHODS,
        "revocation_endpoint_auth_methods_supported": _CLIENT_METHODS,
    }
