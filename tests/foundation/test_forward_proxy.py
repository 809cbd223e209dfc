"""Addresses of forward proxies are understood, or refused without a word of what they hold."""

import pytest

from gateway.foundation.forward_proxy import BadProxy, ForwardProxy, parse_forward_proxy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://proxy:3128", ForwardProxy("http", "proxy", 3128)),
        ("http://proxy/", ForwardProxy("http", "proxy", 80)),
        ("HTTPS://Proxy.example", ForwardProxy("https", "proxy.example", 443)),
        ("http://[::1]:3128", ForwardProxy("http", "::1", 3128)),
        ("http://user:pass@proxy:1", ForwardProxy("http", "proxy", 1, b"Basic dXNlcjpwYXNz")),
        ("http://us%40er:p%3As%2F@proxy:1", ForwardProxy("http", "proxy", 1, b"Basic dXNAZXI6cDpzLw==")),
        ("http://user@proxy:1", ForwardProxy("http", "proxy", 1, b"Basic dXNlcjo=")),
    ],
)
def test_a_proxy_has_a_place_and_perhaps_a_credential(text: str, expected: ForwardProxy) -> None:
    """
    Without a port it is the scheme's own; user and password are percent-decoded.
    """
    assert expected == parse_forward_proxy(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sesame",
        "sesame:3128",
        "socks5://sesame:1080",
        "http://",
        "http://:3128",
        "http://sesame:99999",
        "http://sesame:0",
        "http://sesame:port",
        "http://ses ame:3128",
        "http://[sesame",
        "http://user:ses/ame@proxy:3128",
        "http://user:ses#ame@proxy:3128",
        "http://proxy:3128?sesame",
        "http://proxy:3128/sesame",
    ],
)
def test_what_is_no_proxy_is_refused(text: str) -> None:
    """
    The message may be shown: it quotes nothing.
    """
    with pytest.raises(BadProxy, match="write") as raised:
        parse_forward_proxy(text)

    assert "ses" not in str(raised.value)


def test_a_credential_is_not_printed() -> None:
    """
    Nobody who prints a proxy prints what it is shown.
    """
    assert "Basic" not in repr(parse_forward_proxy("http://user:sesame@proxy"))
