"""The refusal of a request that cannot be understood."""

from gateway.vocabulary.refusal import Blame, Refusal


class InvalidRequest(Refusal):
    """
    The caller sent something that is no valid request.

    The code is `invalid_json` for what is no JSON object, `invalid_request`
    for a field that is missing or wrong, or the more telling code of the place
    that raises it. The message never quotes what the caller wrote.
    """

    status, code, kind, blame = 400, "invalid_request", "invalid_request_error", Blame.CALLER

    def __init__(self, message: str, *, param: str | None = None, code: str = "invalid_request") -> None:
        super().__init__(message, param=param)
        self.code = code
