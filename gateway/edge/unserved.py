"""What clients look for at its usual path and do not find here, and what to do instead."""

_CHAT = "A client puts /chat/completions behind its base URL by itself: let that end in /v1."
_AZURE = (
    "Clients for Azure OpenAI, which ask for deployments, are not served: "
    "take the client for OpenAI (OpenAI in place of AzureOpenAI), with a base URL that ends in /v1."
)
_ANTHROPIC = (
    "Of Anthropic's API messages, token counts and models are served here. A client puts /v1/messages "
    "behind its base URL by itself: let that end with the port or in /anthropic."
)
_RESPONSES = (
    "No response and no conversation is kept here that could be asked for, changed or deleted: "
    "POST /v1/responses makes one, of all items in its `input`."
)
_TEXT = (
    "Text completions, with `suffix` for fill-in-the-middle, are at /v1/completions. "
    "A client puts /completions behind its base URL by itself: let that end in /v1 or /beta."
)
_EMBEDDINGS = (
    "Embeddings are at /v1/embeddings. "
    "A client puts /embeddings behind its base URL by itself: let that end in /v1."
)
_OTHERS = "Only chat, text completions, embeddings, responses, messages and models are served here."

_SURFACES = {
    "chat": _CHAT,
    "deployments": _AZURE,
    "anthropic": _ANTHROPIC,
    "messages": _ANTHROPIC,
    "complete": _ANTHROPIC,
    "responses": _RESPONSES,
    "conversations": _RESPONSES,
    "completions": _TEXT,
    "fim": _TEXT,
    "infill": _TEXT,
    "embeddings": _EMBEDDINGS,
} | dict.fromkeys(
    (
        "assistants", "audio", "batches", "evals", "files", "fine_tuning", "images", "moderations",
        "realtime", "threads", "uploads", "vector_stores", "videos",
    ),
    _OTHERS,
)  # fmt: skip


def advice_for(path: str) -> list[str]:
    """Return what a client that asks here can do instead, as a sentence or none."""
    return [_SURFACES[step] for step in path.split("/") if step in _SURFACES][:1]


def speaks_anthropic(path: str) -> bool:
    """Return whether a client that asks here reads errors of Anthropic's shape alone."""
    return advice_for(path) == [_ANTHROPIC]
