"""Documents as they were read."""

from pathlib import Path

from gateway.policy.documents import Documents
from gateway.policy.loader import load
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
