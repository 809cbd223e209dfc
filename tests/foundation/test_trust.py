"""Certificates are checked, names too."""

import ssl
from pathlib import Path

from gateway.foundation.trust import trusting_context
from tests.fakes.certificates import Authority


def test_names_and_chains_are_checked() -> None:
    """
    The defaults of a client, and nothing older than TLS 1.2.
    """
    context = trusting_context()

    assert (True, ssl.CERT_REQUIRED) == (context.check_hostname, context.verify_mode)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_ca_file_is_believed_besides_the_system(tmp_path: Path) -> None:
    """
    What the operator names is added, and replaces nothing.
    """
    authority = Authority(tmp_path)

    system = trusting_context().cert_store_stats()["x509_ca"]
    both = trusting_context(authority.ca_file).cert_store_stats()["x509_ca"]

    assert system + 1 == both


def test_everyone_gets_a_context_of_their_own() -> None:
    """
    Clients set ALPN on theirs.
    """
    assert trusting_context() is not trusting_context()
