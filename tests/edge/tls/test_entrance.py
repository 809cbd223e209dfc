"""How handshakes ended is counted in a few words."""

import ssl
from collections import Counter

import pytest

from gateway.edge.tls.entrance import Entrance, result_of


def an_error(reason: str | None) -> ssl.SSLError:
    """Return an error as the ssl module raises it."""
    error = ssl.SSLError(1, "whatever it says")
    error.reason = reason  # type: ignore[assignment] # the stubs know no error without one
    return error


@pytest.mark.parametrize(
    ("reason", "result"),
    [
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "no_client_certificate"),
        ("CERTIFICATE_VERIFY_FAILED", "client_certificate_refused"),
        ("UNSUPPORTED_PROTOCOL", "version_or_cipher"),
        ("TLSV1_ALERT_UNKNOWN_CA", "our_certificate_refused"),
        ("SOMETHING_NEW", "other"),
        (None, "other"),
    ],
)
def test_the_reasons_of_openssl_become_a_few(reason: str | None, result: str) -> None:
    """
    So a metric has few labels, whatever callers send.
    """
    found = result_of(an_error(reason))

    assert result == found


def test_results_are_counted() -> None:
    """
    By their word, since the start, whatever context was in force.
    """
    entrance = Entrance(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    for result in ("done", "slow", "done"):
        entrance.count(result)

    assert Counter(done=2, slow=1) == entrance.results
