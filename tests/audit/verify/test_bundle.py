"""A proof holds, or the part that does not is named."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.audit.review.proof import prove
from gateway.audit.verify.bundle import verify_bundle
from gateway.audit.verify.finding import Broken
from tests.fakes.audit_logs import a_log

_Bundle = dict[str, Any]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> _Bundle:
    """A good proof of both records of a request."""
    return prove(a_log(tmp_path_factory.mktemp("proof") / "log").folder, "req_3")


def _why(bundle: _Bundle) -> str:
    with pytest.raises(Broken) as failure:
        verify_bundle(json.dumps(bundle).encode())
    return str(failure.value)


def _with(bundle: _Bundle, path: str, value: object) -> _Bundle:
    """Return the proof with one value changed; `records.0.line` names a place."""
    copy: Any = json.loads(json.dumps(bundle))
    inner, names = copy, path.split(".")
    for name in names[:-1]:
        inner = inner[int(name)] if name.isdigit() else inner[name]
    inner[int(names[-1]) if names[-1].isdigit() else names[-1]] = value
    changed: _Bundle = copy
    return changed


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("format", "another", "format: this is no proof"),
        ("version", 2, "format: this is no proof"),
        ("records", [], "bundle: a part is missing"),
        ("checkpoint", 3, "bundle: a part is missing"),
        ("epochs", [], "no key is listed"),
        ("origin", "another", "origin: it names the log another"),
        ("checkpoint", "hello", "checkpoint: the checkpoint is not good"),
        ("records.0.path", ["00"], r"records[0]: a part is missing"),
        ("records.0.head.index", 2, r"records[0].head: the checkpoint does not cover this head"),
        ("records.0.head.path", [], r"records[0].head: the checkpoint does not cover this head"),
        ("records.1.path", [], r"records[1].line: the head does not cover this record"),
        ("records.1.line", "hello", r"records[1].line: the line is no record"),
        ("records.1", None, r"records[1]: a part is missing"),
    ],
)
def test_a_changed_proof_fails_where_it_was_changed(
    bundle: _Bundle, path: str, value: object, why: str
) -> None:
    """
    The part is named.
    """
    assert why in _why(_with(bundle, path, value))


def test_a_changed_record_fails(bundle: _Bundle) -> None:
    """
    Another tenant was never sworn to.
    """
    line = bundle["records"][0]["line"].replace("acme", "bolt")

    assert "records[0].line: the head does not cover this record" == _why(
        _with(bundle, "records.0.line", line)
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_of_what_is_proved_may_change(bundle: _Bundle, data: st.DataObject) -> None:
    """
    Whichever character of a record is another, the proof fails.
    """
    line: str = bundle["records"][1]["line"]
    place = data.draw(st.integers(0, len(line) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda one: one != line[place]))

    with pytest.raises(Broken):
        verify_bundle(
            json.dumps(_with(bundle, "records.1.line", line[:place] + other + line[place + 1 :])).encode()
        )


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff", b"null"])
def test_what_is_no_proof_is_refused(text: bytes) -> None:
    """
    Without a crash.
    """
    with pytest.raises(Broken, match="bundle: this is no proof"):
        verify_bundle(text)


def test_a_pinned_key_is_demanded(bundle: _Bundle) -> None:
    """
    A proof under another key is worth nothing to who has one.
    """
    assert verify_bundle(json.dumps(bundle).encode(), pins=[bundle["epochs"][0]["public"]]).lines
    with pytest.raises(Broken, match="none of the pinned"):
        verify_bundle(json.dumps(bundle).encode(), pins=["AAAA"])
