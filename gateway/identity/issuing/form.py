"""
What a client sends to the token endpoints, read strictly: a pure decision.

The form is that of RFC 6749 3.2: parameters without a value count as not
sent, unknown ones are ignored, none may stand there twice. A client shows
itself in the form or by HTTP Basic, never by both.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from gateway.identity.issuing.errors import OAuthError

MOST_FORM_BYTES = 32 * 1024
_MOST_FIELDS = 50
_FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Shown:
    """The client that a request names, and what its secret may be."""

    client_id: str
    secrets: tuple[str, ...]


def read_form(content_type: str, body: bytes) -> dict[str, str]:
    """Return the parameters of a form, or raise `OAuthError`."""
    if content_type.partition(";")[0].strip().lower() != _FORM_TYPE:
        raise OAuthError("invalid_request", f"Send the parameters as a form: content-type {_FORM_TYPE}.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        raise OAuthError("invalid_request", "The form cannot be read. Encode it as a form.") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise OAuthError("invalid_request", "A parameter stands there twice. Send each once.")
    return {name: value for name, value in form.items() if value}


def shown_client(authorization: str | None, form: Mapping[str, str]) -> Shown:
    """Return how a client shows itself, or raise `OAuthError`."""
    basic = _basic(authorization) if authorization is not None else None
    if basic is not None and "client_secret" in form:
        raise OAuthError("invalid_request", "The client shows itself twice. Use HTTP Basic or the form.")
    if basic is not None:
        if form.get("client_id", basic.client_id) != basic.client_id:
            raise OAuthError("invalid_request", "The form names another client than HTTP Basic does.")
        return basic
    if "client_id" not in form or "client_secret" not in form:
        raise OAuthError(
            "invalid_client", "Show the client by HTTP Basic, or by client_id and client_secret in the form."
        )
    return Shown(form["client_id"], (form["client_secret"],))


def wanted_scopes(form: Mapping[str, str], permitted: frozenset[str]) -> frozenset[str]:
    """Return the scopes that a token shall have: those asked for, else all that its client may ask for."""
    asked = frozenset(form.get("scope", "").split(" ")) - {""}
    if asked - permitted:
        raise OAuthError(
            "invalid_scope", "The client may not ask for one of these scopes. Ask for fewer, or for none."
        )
    return asked or permitted


def _basic(authorization: str) -> Shown:
    scheme, _, coded = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        raise OAuthError("invalid_client", "Only HTTP Basic is known here, or the client in the form.")
    try:
        text = base64.b64decode(coded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise OAuthError("invalid_client", "The HTTP Basic field cannot be read.") from error
    client_id, colon, secret = text.partition(":")
    if not colon:
        raise OAuthError("invalid_client", "The HTTP Basic field has no colon between id and secret.")
    # RFC 6749 2.3.1 encodes both before; most clients do not, and ours change nothing by it.
    return Shown(unquote_plus(client_id), tuple(dict.fromkeys((secret, unquote_plus(secret)))))
