"""Whose certificates are believed."""

import ssl
from pathlib import Path


def trusting_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """
    Return a client context that believes the system's trust store, and `ca_file` besides.

    Host names are verified and TLS 1.2 is the floor. Each owner asks for a
    context of its own, because clients set their ALPN on it.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        context.load_verify_locations(cafile=str(ca_file))
    return context
