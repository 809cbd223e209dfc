import pytest

from gateway.edge.unserved import advice_for, speaks_anthropic


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v1/v1/messages", "Of Anthropic's API"),
        ("/v1/messages/batches", "Of Anthropic's API"),
        ("/anthropic/v1/files", "Of Anthropic's API"),
        ("/v1/responses/resp_1", "No response and no conversation is kept"),
        ("/responses/resp_1/cancel", "No response and no conversation is kept"),
        ("/v1/conversations", "No response and no conversation is kept"),
        ("/v1/fim/completions", "are at /v1/completions"),
        ("/infill", "are at /v1/completions"),
        ("/v1/completions/", "let that end in /v1 or /beta"),
        ("/v1/embeddings", "Embeddings"),
        ("/v1/threads/t/messages", "Only chat, text completions"),
        ("/v1/files", "Only chat, text completions"),
        ("/v1/chat/completions/", "let that end in /v1"),
        ("/v1/chat/completions/chat/completions", "let that end in /v1"),
        ("/openai/deployments/d/chat/completions", "OpenAI in place of AzureOpenAI"),
    ],
)
def test_a_client_that_looks_for_something_else_is_told_what_to_do(path: str, words: str) -> None:
    """
    The first step of the path that names a surface says what the client is for.
    """
    assert [True] == [words in sentence for sentence in advice_for(path)]


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/favicon.ico", "/Messages", ""])
def test_a_path_that_no_client_has_is_no_reason_for_advice(path: str) -> None:
    """
    Nobody knows what was wanted there.
    """
    assert [] == advice_for(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/messages", True),
        ("/anthropic/v1/models", True),
        ("/v1/complete", True),
        ("/v1/threads/t/messages", False),
        ("/v1/completions", False),
        ("/", False),
    ],
)
def test_only_anthropics_clients_read_its_errors(path: str, *, expected: bool) -> None:
    """
    Threads of OpenAI have messages, too.
    """
    assert expected is speaks_anthropic(path)
