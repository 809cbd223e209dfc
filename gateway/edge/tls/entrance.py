"""One door's TLS: the context that counts now, and how handshakes there ended."""

import ssl
from collections import Counter

DONE = "done"
SLOW = "slow"
GIVEN_UP = "given_up"
PLAIN_HTTP = "plain_http"
OTHER = "other"

# What OpenSSL calls it, and what an operator can do something about.
_REASONS = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "no_client_certificate",
    "CERTIFICATE_VERIFY_FAILED": "client_certificate_refused",
    "UNSUPPORTED_PROTOCOL": "version_or_cipher",
    "NO_SHARED_CIPHER": "version_or_cipher",
    "NO_SUITABLE_SIGNATURE_ALGORITHM": "version_or_cipher",
    "TLSV1_ALERT_PROTOCOL_VERSION": "version_or_cipher",
    "TLSV1_ALERT_DECRYPT_ERROR": "our_certificate_refused",
    "TLSV1_ALERT_UNKNOWN_CA": "our_certificate_refused",
    "SSLV3_ALERT_BAD_CERTIFICATE": "our_certificate_refused",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "our_certificate_refused",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "our_certificate_refused",
}


class Entrance:
    """
    Hold the context for the next handshake, and count by result.

    A new context is a new memory of sessions, too: who was let in under an
    old one cannot be let in by it again, but is looked at anew.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.results: Counter[str] = Counter()

    def count(self, result: str) -> None:
        """Take note of how a handshake ended."""
        self.results[result] += 1


def result_of(error: ssl.SSLError) -> str:
    """Return why a handshake failed, in one of a few words."""
    return _REASONS.get(error.reason or "", OTHER)
