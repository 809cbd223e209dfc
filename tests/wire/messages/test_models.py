"""Models, as Anthropic's clients list them."""

from gateway.wire.messages.models import model_of, page_of

_FLASH = {"id": "deepseek-flash", "object": "model", "created": 1789000000, "owned_by": "deepseek"}


def test_a_model() -> None:
    """
    What the policy says about its size is told, too.
    """
    model = model_of({**_FLASH, "context_window": 1000, "max_output_tokens": 10})

    assert {
        "type": "model",
        "id": "deepseek-flash",
        "display_name": "deepseek-flash",
        "created_at": "2026-09-10T00:26:40Z",
        "max_input_tokens": 1000,
        "max_tokens": 10,
    } == model


def test_all_models_are_on_one_page() -> None:
    """
    Its ends are named.
    """
    page = page_of([_FLASH, {**_FLASH, "id": "b"}])

    assert (2, False, "deepseek-flash", "b") == (
        len(page["data"]), page["has_more"], page["first_id"], page["last_id"],
    )  # fmt: skip


def test_a_caller_without_models_has_an_empty_page() -> None:
    """
    Without ends.
    """
    assert {"data": [], "has_more": False, "first_id": None, "last_id": None} == page_of([])
