"""Facts about the models that are shown."""

import orjson

from gateway.simulator.catalogue import ACCEPTED, BALANCE, LISTED, MAX_OUTPUT_TOKENS, MODELS


def test_the_listed_models_are_accepted_and_described() -> None:
    """
    GET /models lists two models, with the fields DeepSeek added in September 2026.
    """
    entries = orjson.loads(MODELS)["data"]

    assert list(LISTED) == [entry["id"] for entry in entries]
    assert set(LISTED) < ACCEPTED
    assert {MAX_OUTPUT_TOKENS} == {entry["max_output_tokens"] for entry in entries}
    assert ["in-history", "leading-only"] == [
        entry["api_capabilities"]["anthropic_messages"]["system_prompt_update"] for entry in entries
    ]


def test_a_balance_is_told_in_strings() -> None:
    """
    Amounts are strings, as at DeepSeek.
    """
    assert "110.00" == orjson.loads(BALANCE)["balance_infos"][0]["total_balance"]
