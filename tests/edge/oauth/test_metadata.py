"""What the gateway says of itself is true of its routes."""

from gateway.edge.oauth.metadata import METADATA, metadata_of


def test_every_url_begins_with_the_issuer() -> None:
    """
    RFC 8414 3.3: so a reader can tell that the document is the issuer's own.
    """
    document = metadata_of("https://gateway.test/llm", ["chat"])

    urls = [value for name, value in document.items() if name.endswith(("_endpoint", "_uri", "issuer"))]
    assert 5 == len(urls)
    assert all(url.startswith("https://gateway.test/llm") for url in urls)
    assert "/.well-known/oauth-authorization-server" == METADATA


def test_only_what_is_there_is_offered() -> None:
    """
    One grant, and the two ways in which a client may show itself.
    """
    document = metadata_of("https://gateway.test", ["chat"])

    assert (["client_credentials"], [], ["chat"]) == (
        document["grant_types_supported"],
        document["response_types_supported"],
        document["scopes_supported"],
    )
    assert ["client_secret_basic", "client_secret_post"] == document["token_endpoint_auth_methods_supported"]


def test_where_no_client_may_ask_for_a_scope_none_is_listed() -> None:
    """
    RFC 8414 3.2: what has no elements is left out.
    """
    document = metadata_of("https://gateway.test", [])

    assert ["response_types_supported"] == [name for name, value in document.items() if not value]
