"""The models and the balance that the simulator shows, as DeepSeek listed them in November 2026."""

import orjson

LISTED = ("deepseek-flash", "deepseek-v4-pro")
ACCEPTED = frozenset((*LISTED, "deepseek-v4-flash", "deepseek-v4-flash-vision-exp"))
WITH_VISION = frozenset(("deepseek-flash", "deepseek-v4-flash-vision-exp"))
MAX_OUTPUT_TOKENS = 393_216


def _entry(model: str, name: str, *, sees: bool, update: str) -> dict[str, object]:
    return {
        "id": model,
        "object": "model",
        "owned_by": "deepseek",
        "name": name,
        "context_window": 1_048_576,
        "max_output_tokens": MAX_OUTPUT_TOKENS,
        "input_modalities": ["text", "image"] if sees else ["text"],
        "output_modalities": ["text"],
        "effort": {"supported_levels": ["low", "high", "max"], "default_level": "high"},
        "api_capabilities": {"anthropic_messages": {"system_prompt_update": update}},
    }


MODELS = orjson.dumps(
    {
        "object": "list",
        "data": [
            _entry("deepseek-flash", "DeepSeek-V4.1-Flash", sees=True, update="in-history"),
            _entry("deepseek-v4-pro", "DeepSeek-V4-Pro", sees=False, update="leading-only"),
        ],
    }
)

BALANCE = orjson.dumps(
    {
        "is_available": True,
        "balance_infos": [
            {
                "currency": "USD",
                "total_balance": "110.00",
                "granted_balance": "10.00",
                "topped_up_balance": "100.00",
            }
        ],
    }
)
