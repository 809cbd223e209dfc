"""Documents as they were read."""

from pathlib import Path

import pytest

from gateway.policy.documents import Documents
from gateway.policy.loader import load
from gateway.wire.messages.models import model_of
from tests.policy.folder import a_folder

_UPSTREAMS = """
upstreams:
  there: {kind: vllm, base_url: "http://gpu:8000/v1", residency: on_premises, available: when_answering}
  nowhere: {kind: vllm, base_url: "", residency: on_premises, available: when_answering}
  sure: {kind: vllm, base_url: "http://gpu:8001/v1", residency: on_premises}
"""


def test_only_upstreams_with_an_address_are_asked_for_an_answer(tmp_path: Path) -> None:
    """
    An upstream that is always there, or has no address, is not probed.
    """
    documents = load(a_folder(tmp_path, upstreams=_UPSTREAMS), {})

    wanting = {name: one.base_url for name, one in documents.wanting_an_answer().items()}
    assert {"there": "http://gpu:8000/v1"} == wanting


def test_documents_that_could_not_be_read_want_nothing() -> None:
    """
    Without upstreams.yaml there is nobody to ask.
    """
    assert {} == Documents().wanting_an_answer()


@pytest.mark.parametrize("created", ["1736899200000", "-1", "10000000000000000000000000"])
def test_a_time_that_is_no_date_is_refused(tmp_path: Path, created: str) -> None:
    """
    Milliseconds are a year that no calendar has: listing the models failed for every caller of Anthropic's.
    """
    models = f"models: {{a: {{created: {created}, route: [{{upstream: rack, model: a}}]}}}}"

    errors = load(a_folder(tmp_path, models=models), {}).errors

    assert [("models.yaml", "models.a.created")] == [(error.file, error.key) for error in errors]
    assert "not in milliseconds" in errors[0].message


def test_the_last_date_there_is_can_be_told(tmp_path: Path) -> None:
    """
    To Anthropic's clients, too.
    """
    models = "models: {a: {created: 253402300799, route: [{upstream: rack, model: a}]}}"

    documents = load(a_folder(tmp_path, models=models), {}).models

    assert documents is not None
    told = model_of({"id": "a", "created": documents.models["a"].created})
    assert "9999-12-31T23:59:59Z" == told["created_at"]
