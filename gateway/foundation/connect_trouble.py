"""Why a connection did not come about, in words that an operator can look for."""

import os
import socket
import ssl


def trouble_of(error: BaseException) -> str:
    """Return the system's or OpenSSL's reason; neither quotes what was sent or answered."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        # What did not come from OpenSSL has none.
        return f"TLS failed ({getattr(error, 'reason', None) or 'for no reason given'})"
    if isinstance(error, socket.gaierror | UnicodeError):
        return "the host has no address"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    if isinstance(error, ExceptionGroup):
        return trouble_of(error.exceptions[-1])
    return "no address answered" if error.__cause__ is None else trouble_of(error.__cause__)
