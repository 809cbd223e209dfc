"""What goes wrong in connecting has words."""

import errno
import socket
import ssl

import pytest

from gateway.foundation.connect_trouble import trouble_of


def _untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]")
    error.verify_message = "certificate has expired"
    return error


def _broken() -> ssl.SSLError:
    error = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]")
    error.reason = "WRONG_VERSION_NUMBER"
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (_untrusted(), "the certificate is not trusted (certificate has expired)"),
        (_broken(), "TLS failed (WRONG_VERSION_NUMBER)"),
        (ssl.SSLError(), "TLS failed (for no reason given)"),
        (socket.gaierror(-2, "Name or service not known"), "the host has no address"),
        (UnicodeError("label too long"), "the host has no address"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "private"), "Connection refused"),
        (OSError("private"), "no address answered"),
        (ValueError("private"), "no address answered"),
    ],
)
def test_every_trouble_has_words(error: BaseException, expected: str) -> None:
    """
    Of the system or of OpenSSL, never those of an exception of unknown origin.
    """
    assert expected == trouble_of(error)


def test_of_many_addresses_the_last_one_says_why() -> None:
    """
    The library that tries them hides what it met behind words of its own.
    """
    met = ConnectionRefusedError(errno.ECONNREFUSED, "private")
    alone, among = OSError("All failed"), OSError("All failed")
    alone.__cause__, among.__cause__ = met, ExceptionGroup("many", [ValueError("x"), met])

    assert ["Connection refused"] * 2 == [trouble_of(alone), trouble_of(among)]
