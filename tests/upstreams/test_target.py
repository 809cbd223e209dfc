"""Where a request can be sent."""

import pytest

from gateway.foundation.secret import Secret
from gateway.upstreams.target import Origin, Upstream
from gateway.vocabulary.residency import Residency


@pytest.mark.parametrize(
    ("origin", "authority"),
    [
        (Origin("https", "api.deepseek.com", 443), "api.deepseek.com"),
        (Origin("http", "localhost", 80), "localhost"),
        (Origin("http", "localhost", 443), "localhost:443"),
        (Origin("https", "localhost", 8443), "localhost:8443"),
        (Origin("http", "::1", 8000), "[::1]:8000"),
        (Origin("http", "::1", 80), "[::1]"),
    ],
)
def test_the_host_field_leaves_out_the_schemes_own_port(origin: Origin, authority: str) -> None:
    """
    As RFC 9110 7.2 and 4.2.3 have it; an IPv6 address stands in brackets.
    """
    assert authority == origin.authority


def test_an_upstream_does_not_show_its_credentials() -> None:
    """
    Printing or logging an upstream reveals neither its own nor that for the proxy before it.
    """
    origin = Origin("https", "api.deepseek.com", 443)

    upstream = Upstream(
        "deepseek",
        "deepseek",
        origin,
        "",
        Residency.EXTERNAL,
        Secret("sk-very-secret"),
        forward_proxy="http://user:very-secret@proxy:3128",
    )

    assert "very-secret" not in repr(upstream)
