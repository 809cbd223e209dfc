"""Which dialect is spoken at which path."""

from gateway.edge.unserved import speaks_anthropic
from gateway.wire.chat_dialect import CHAT
from gateway.wire.completions.dialect import COMPLETIONS
from gateway.wire.dialect import Dialect
from gateway.wire.embeddings.dialect import EMBEDDINGS
from gateway.wire.messages.dialect import MESSAGES
from gateway.wire.responses.dialect import RESPONSES

# The base URLs that apps of DeepSeek have: what `/beta` alone serves there is served at each of them here.
OPENAI_BASES = ("/v1", "", "/beta")
# The second one is DeepSeek's for Anthropic's clients.
MESSAGES_BASES = ("/v1", "/anthropic/v1")

EXCHANGES: dict[str, Dialect] = {
    **{f"{base}/chat/completions": CHAT for base in OPENAI_BASES},
    **{f"{base}/completions": COMPLETIONS for base in OPENAI_BASES},
    **{f"{base}/embeddings": EMBEDDINGS for base in OPENAI_BASES},
    **{f"{base}/messages": MESSAGES for base in MESSAGES_BASES},
    **{f"{base}/responses": RESPONSES for base in OPENAI_BASES},
}
"""The paths at which models are asked."""


def dialect_at(path: str) -> Dialect:
    """Return the dialect of a caller at this path, whether anything is served there or not."""
    return MESSAGES if speaks_anthropic(path) else CHAT
