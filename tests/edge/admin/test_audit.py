"""The audit log as auditors read it: within their reach, and never unseen."""

import asyncio
import json
from typing import Any

import pytest

from gateway.audit.verify.bundle import verify_bundle
from tests.edge.admin.office import Office
from tests.fakes.audit_side import records_in
from tests.fakes.house import AT_HOME_KEY, until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

_LOG = "/admin/v1/audit"


def _looks(office: Office) -> list[dict[str, Any]]:
    """Return the records of looks so far; they are on the disk before an answer is sent."""
    records = records_in(office.house.folder / "state" / "audit")
    return [record for record in records if record["event"] == "audit.read"]


async def _chats(office: Office) -> list[str]:
    """Let two tenants ask something, and return the requests once they are sworn to."""
    answers = [await office.house.chat(user="maria"), await office.house.chat(key=AT_HOME_KEY)]
    folder = office.house.folder / "state" / "audit"
    office.house.gateway._audit.scribe.flush()
    written = len(records_in(folder))
    await until(lambda: _sworn(folder / "heads/00000000.jsonl") >= written)
    return [answer.headers["x-request-id"] for answer in answers]


def _sworn(path: Any) -> int:
    return max(int(json.loads(line)["records"]) for line in path.read_text().splitlines())


async def test_records_are_found_and_the_look_is_one_of_them(office: Office) -> None:
    """
    The record of the look says who, what and how much; it is there when the answer is.
    """
    first, _ = await _chats(office)
    auditor = await office.make(tenant="_gateway", role="auditor")

    answer = await office.ask(
        "GET", f"{_LOG}/records?request_id={first}&columns=event,tenant", key=auditor["key"]
    )

    look = _looks(office)[-1]
    assert [
        {"event": "request.admitted", "tenant": "acme"},
        {"event": "request.completed", "tenant": "acme"},
    ] == answer.document["data"]
    assert ("query", f"_gateway/{auditor['id']}", 2) == (look["act"], look["actor"], look["records"])


async def test_an_auditor_of_a_tenant_sees_that_tenant_alone(office: Office) -> None:
    """
    Whatever they ask; of another tenant there is nothing, not even a refusal of another sort.
    """
    _, other = await _chats(office)
    key = (await office.make(role="auditor"))["key"]

    own = await office.ask("GET", f"{_LOG}/records?limit=1000", key=key)
    foreign = await office.ask("GET", f"{_LOG}/records?tenant=at-home", key=key)
    theirs = await office.ask("GET", f"{_LOG}/records?request_id={other}", key=key)
    proof = await office.ask("GET", f"{_LOG}/proofs/{other}", key=key)
    report = await office.ask("GET", f"{_LOG}/report", key=key)
    whole = await office.ask("POST", f"{_LOG}/verify", key=key)
    found = await office.ask("GET", f"{_LOG}/verify/ver_1", key=key)
    lookup = await office.ask("POST", f"{_LOG}/lookup", {"tenant": "at-home", "value": "maria"}, key=key)

    assert {"acme"} == {row["tenant"] for row in own.document["data"]}
    assert [] == theirs.document["data"]
    assert {"acme"} == {row["tenant"] for row in report.document["volumes"]}
    assert [404] * 5 == [one.status for one in (foreign, proof, whole, found, lookup)]


@pytest.mark.parametrize("path", ["records", "report", "proofs/req_1", "verify/ver_1"])
async def test_who_is_no_auditor_sees_nothing(office: Office, path: str) -> None:
    """
    Neither an app nor an operator nor an administrator of keys.
    """
    keys = [(await office.make(role=role))["key"] for role in ("operator", "tenant_admin")]
    keys.append((await office.make())["key"])

    answers = [await office.ask("GET", f"{_LOG}/{path}", key=key) for key in keys]

    assert [403, 403, 403] == [answer.status for answer in answers]


async def test_a_proof_is_given_to_take_away(office: Office) -> None:
    """
    It verifies without the log.
    """
    first, _ = await _chats(office)

    answer = await office.ask("GET", f"{_LOG}/proofs/{first}")

    proven = verify_bundle(answer.body)
    assert ["request.admitted", "request.completed"] == [json.loads(line)["event"] for line in proven.lines]
    assert "prove" == _looks(office)[-1]["act"]


async def test_the_log_is_verified_while_it_is_written(office: Office) -> None:
    """
    With pinned keys; another key than the log's is a finding.
    """
    await _chats(office)
    line = (office.house.folder / "state" / "audit" / "epochs.jsonl").read_text().splitlines()[0]

    good = await _verified(office, json.loads(line)["public"])
    bad = await _verified(office, "AAAA")

    assert [("done", True, []), ("done", False, "epochs.jsonl")] == [
        (good["status"], good["good"], good["logs"][0]["findings"]),
        (bad["status"], bad["good"], bad["logs"][0]["findings"][0]["file"]),
    ]
    assert [{"verification": bad["id"], "good": False}] == [one["what"] for one in _looks(office)[-1:]]


async def _verified(office: Office, pin: str) -> dict[str, Any]:
    """Begin a verification, and ask until it is over."""
    begun = await office.ask("POST", f"{_LOG}/verify", {"pins": [pin]})
    assert (202, "running", None) == (begun.status, begun.document["status"], begun.document["logs"])
    joined = await office.ask("POST", f"{_LOG}/verify", {"pins": [pin]})
    other = await office.ask("POST", f"{_LOG}/verify")
    assert (begun.document["id"], 202) == (joined.document["id"], joined.status)
    assert (409, "verification_running") == (other.status, other.error["code"])
    said = begun.document
    async with asyncio.timeout(30):
        while said["status"] == "running":
            await asyncio.sleep(0.05)
            said = (await office.ask("GET", f"{_LOG}/verify/{said['id']}")).document
    return dict(said)


async def test_a_person_is_looked_for_without_a_trace_of_the_name(office: Office) -> None:
    """
    The value is in neither the answer, nor the log.
    """
    first, _ = await _chats(office)

    answer = await office.ask("POST", f"{_LOG}/lookup", {"tenant": "acme", "value": "maria"})

    seen = [one for one in answer.document["data"] if one["records"]]
    assert ["subject"] == [one["kind"] for one in seen]
    assert first in seen[0]["requests"]
    assert "maria" not in json.dumps(_looks(office)[-1])


async def test_a_tenant_without_a_look_up_key_is_no_answer(office: Office) -> None:
    """
    Of a misspelled tenant nobody can say that a person was never here.
    """
    answer = await office.ask("POST", f"{_LOG}/lookup", {"tenant": "acmee", "value": "maria"})

    assert (404, "tenant") == (answer.status, answer.error["param"])


@pytest.mark.parametrize("form", ["ocsf", "ecs"])
async def test_a_siem_fetches_events_in_its_own_format(office: Office, form: str) -> None:
    """
    The newest, up to the limit.
    """
    await _chats(office)

    answer = await office.ask("GET", f"{_LOG}/records?format={form}&event=request.completed&limit=1")

    (event,) = answer.document["data"]
    assert ("class_uid" in event) is (form == "ocsf")


@pytest.mark.parametrize(
    ("method", "path", "body", "param"),
    [
        ("GET", "records?colour=red", b"", "colour"),
        ("GET", "records?limit=many", b"", "limit"),
        ("GET", "records?limit=1001", b"", "limit"),
        ("GET", "records?format=xml", b"", "format"),
        ("GET", "records?since=yesterday", b"", None),
        ("GET", "records?columns=password", b"", None),
        ("GET", "report?model=m", b"", "model"),
        ("POST", "verify", {"pin": []}, "pin"),
        ("POST", "lookup", {"tenant": "acme"}, "value"),
        ("POST", "lookup", {"tenant": "acme", "value": "x", "kinds": ["phone"]}, "kinds"),
    ],
)
async def test_a_bad_question_is_refused_by_its_field(
    office: Office, method: str, path: str, body: object, param: str | None
) -> None:
    """
    And is no look.
    """
    before = len(_looks(office))

    answer = await office.ask(method, f"{_LOG}/{path}", body)

    assert (400, "invalid_request", param) == (answer.status, answer.error["code"], answer.error["param"])
    assert before == len(_looks(office))


async def test_an_auditor_who_leaves_leaves_no_child_behind(office: Office) -> None:
    """
    The search ends with the one who wanted it.
    """
    async with await office.house.call() as caller:
        caller.say(
            b"GET /admin/v1/audit/report HTTP/1.1\r\nHost: gateway\r\n"
            b"Authorization: Bearer the-key-of-the-owner-for-tests\r\n\r\n"
        )
        await asyncio.sleep(0)

    answer = await office.ask("GET", f"{_LOG}/records?limit=1")

    assert 200 == answer.status
