"""Refusals that the door itself decides."""

from gateway.vocabulary.refusal import Blame, Refusal


class UnknownPath(Refusal):
    """Nothing is served at this path."""

    status, code, kind, blame = 404, "unknown_path", "invalid_request_error", Blame.CALLER


class WrongMethod(Refusal):
    """The path is served, but not with this method."""

    status, code, kind, blame = 405, "method_not_allowed", "invalid_request_error", Blame.CALLER

    def __init__(self, message: str, *, allowed: str) -> None:
        super().__init__(message)
        self.extra_headers = {"allow": allowed}


class TlsRequired(Refusal):
    """Plain HTTP was spoken at a port that speaks TLS."""

    status, code, kind, blame = 400, "tls_required", "invalid_request_error", Blame.CALLER


class UnsupportedEncoding(Refusal):
    """The body is compressed."""

    status, code, kind, blame = 415, "unsupported_encoding", "invalid_request_error", Blame.CALLER


class ShuttingDown(Refusal):
    """The gateway stops and cannot wait for this exchange any longer."""

    status, code = 503, "shutting_down"


class InternalError(Refusal):
    """A fault of the gateway; its text never reaches a caller."""

    status, code = 500, "internal_error"
