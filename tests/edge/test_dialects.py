"""Which dialect is spoken where."""

import pytest

from gateway.edge.dialects import EXCHANGES, dialect_at
from gateway.wire.chat_dialect import CHAT
from gateway.wire.completions.dialect import COMPLETIONS
from gateway.wire.dialect import Dialect
from gateway.wire.messages.dialect import MESSAGES
from gateway.wire.responses.dialect import RESPONSES


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/v1/chat/completions", CHAT),
        ("/chat/completions", CHAT),
        ("/beta/chat/completions", CHAT),
        ("/v1/completions", COMPLETIONS),
        ("/completions", COMPLETIONS),
        ("/beta/completions", COMPLETIONS),
        ("/v1/messages", MESSAGES),
        ("/anthropic/v1/messages", MESSAGES),
        ("/v1/responses", RESPONSES),
        ("/responses", RESPONSES),
        ("/beta/responses", RESPONSES),
    ],
)
def test_models_are_asked_at_the_paths_that_apps_know(path: str, dialect: Dialect) -> None:
    """
    DeepSeek's own base URLs, with the gateway's host in place of DeepSeek's.
    """
    assert dialect is EXCHANGES[path]


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/v1/messages/batches", MESSAGES),
        ("/v1/messages/count_tokens", MESSAGES),
        ("/anthropic/v1/files", MESSAGES),
        ("/v1/messages", MESSAGES),
        ("/v1/embeddings", CHAT),
        ("/v1/responses/resp_1", CHAT),
        ("/", CHAT),
        ("/anthropical", CHAT),
    ],
)
def test_who_asks_where_nothing_is_served_is_told_so_in_their_dialect(path: str, dialect: Dialect) -> None:
    """
    A client shows what it can read.
    """
    assert dialect is dialect_at(path)
