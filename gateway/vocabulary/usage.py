"""What an answer consumed, in tokens."""

import msgspec


class Usage(msgspec.Struct, frozen=True):
    """
    Token counts of one answer, as DeepSeek reports them.

    `prompt_tokens` = `cache_hit_tokens` + `cache_miss_tokens`;
    `completion_tokens` includes `reasoning_tokens`. `measured` is false when
    the upstream never said and the counts are the gateway's own.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cache_hit_tokens: int = 0
    cache_miss_tokens: int = 0
    reasoning_tokens: int = 0
    measured: bool = True

    @property
    def total_tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens
