"""What is the same for every admin route: who, whether, the body, refusals and notices."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from gateway.edge.admin.act import AdminRoute, AdminVisit, Done
from gateway.edge.admin.desk import actor_of
from gateway.foundation.state_store import StateUnavailable
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.notice import Notice
from tests.edge.admin.office import Office, an_office
from tests.fakes.house import KEY, House

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

_KEYS = "/admin/v1/keys"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (None, (401, "missing_credential")),
        ("no such key", (401, "invalid_credential")),
        (KEY, (403, "insufficient_scope")),
    ],
)
async def test_a_stranger_is_refused_like_everywhere(
    office: Office, key: str | None, expected: tuple[int, str]
) -> None:
    """
    A caller's key is good, but not for this; the missing scope is named.
    """
    answer = await office.ask("GET", _KEYS, key=key)

    assert expected == (answer.status, answer.error["code"])
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["x-request-id"] == answer.error["request_id"]


@pytest.mark.parametrize(
    ("method", "path", "body", "param"),
    [
        ("GET", f"{_KEYS}?tennant=acme", b"", "tennant"),
        ("GET", "/key/list?user_id=maria", b"", "user_id"),
        ("GET", f"{_KEYS}?tenant=acme&tenant=bolt", b"", "tenant"),
        ("GET", "/admin/v1/audit/records?model=a&tenant=acme&tenant=bolt", b"", "tenant"),
        ("GET", "/admin/v1/audit/report?tenant=acme&tenant=bolt", b"", "tenant"),
        ("DELETE", f"{_KEYS}/nothing?dry_run=1", b"", "dry_run"),
        ("POST", f"{_KEYS}/nothing/block", {"until": "2027-01-01"}, "until"),
        ("DELETE", f"{_KEYS}/nothing", {"at": "2027-01-01"}, "at"),
        ("POST", "/admin/v1/policy/reload", {"dry_run": True}, "dry_run"),
    ],
)
async def test_what_would_be_passed_over_is_refused_by_its_name(
    office: Office, method: str, path: str, body: object, param: str
) -> None:
    """
    A misspelled filter must not find everything, nor an act be done without what narrows it.
    """
    answer = await office.ask(method, path, body)

    assert (400, param) == (answer.status, answer.error["param"])


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        (b"{", 400, None),
        (b"[]", 400, None),
        (b'"text"', 400, None),
        (b"\xff", 400, None),
        ({"tenant": 5}, 400, "tenant"),
        ({"tenant": "acme", "models": ["a", 5]}, 400, "models"),
        ({"tenant": "acme", "budget": 5}, 400, "budget"),
        (b'{"label": "' + b"x" * 300_000 + b'"}', 413, None),
    ],
)
async def test_a_body_that_cannot_be_is_refused_by_its_field(
    office: Office, body: object, status: int, param: str | None
) -> None:
    """
    An unknown field is a wish that would not be kept.
    """
    answer = await office.ask("POST", _KEYS, body)

    assert (status, param) == (answer.status, answer.error["param"])


async def test_a_method_that_is_not_there_is_told(office: Office) -> None:
    """
    With the one that is.
    """
    answer = await office.ask("PUT", f"{_KEYS}/k1/rotate")

    assert (405, "POST") == (answer.status, answer.headers["allow"])


async def test_an_answer_is_stored_nowhere(office: Office) -> None:
    """
    It may hold a key.
    """
    answer = await office.ask("POST", _KEYS, {"tenant": "acme"})

    assert (201, "no-store") == (answer.status, answer.headers["cache-control"])


async def test_with_the_store_down_nothing_is_changed(tmp_path: Path) -> None:
    """
    And whoever wanted it is told so, with a time to come back.
    """
    async with an_office(tmp_path) as office:
        made = await office.make()
        _move_away(office.house)
        answers = [
            await office.ask("POST", _KEYS, {"tenant": "acme"}),
            await office.ask("POST", f"{_KEYS}/{made['id']}/revoke"),
            await office.ask("GET", _KEYS),
        ]
        still = await office.house.chat(key=made["key"])

    assert [(503, "state_unavailable", "5")] * 3 == [
        (one.status, one.error["code"], one.headers["retry-after"]) for one in answers
    ]
    assert 200 == still.status


async def test_a_fault_is_told_without_its_text(tmp_path: Path) -> None:
    """
    What broke may hold a secret.
    """

    async def fail(_visit: AdminVisit) -> Done:
        raise RuntimeError("sk-secret")

    async with an_office(tmp_path) as office:
        desk = office.house.gateway.doors.admin_desk
        faults: list[tuple[BaseException, str]] = []
        desk._on_error = lambda *told: faults.append(told)
        (route,) = desk.routes([AdminRoute("GET", "/admin/v1/broken", "admin:read", fail)])
        rest = office.house.gateway.doors.listeners[0]._server.config.app._everything_else  # type: ignore[union-attr]
        rest.router.routes.append(route)
        answer = await office.ask("GET", "/admin/v1/broken")

    assert (500, "internal_error") == (answer.status, answer.error["code"])
    assert b"sk-secret" not in answer.body
    assert [("sk-secret", answer.headers["x-request-id"])] == [(str(fault), asked) for fault, asked in faults]


async def test_what_was_done_is_told_though_the_rest_fails(tmp_path: Path) -> None:
    """
    The audit hears of it, and nobody is told that nothing was changed.
    """

    async def half(visit: AdminVisit) -> Done:
        visit.tell(Notice("admin.changed", {"what": "half"}))
        raise StateUnavailable("It is silent.")

    async with an_office(tmp_path) as office:
        (route,) = office.house.gateway.doors.admin_desk.routes(
            [AdminRoute("GET", "/admin/v1/half", "admin:read", half)]
        )
        rest = office.house.gateway.doors.listeners[0]._server.config.app._everything_else  # type: ignore[union-attr]
        rest.router.routes.append(route)
        answer, told = await office.heard_of("GET", "/admin/v1/half")

    assert (503, "state_unavailable") == (answer.status, answer.error["code"])
    assert "only a part of this was done" in answer.error["message"]
    assert ["half"] == [notice.facts["what"] for notice in told]


async def test_who_looks_is_told(office: Office) -> None:
    """
    And at what; a look that a scope forbids is told as such.
    """
    _, looked = await office.heard_of("GET", _KEYS)
    _, refused = await office.heard_of("GET", _KEYS, key=KEY)

    assert [("admin.read", f"GET {_KEYS}")] == [(one.kind, one.facts["what"]) for one in looked]
    assert [("admin.refused", f"GET {_KEYS}", "insufficient_scope")] == [
        (one.kind, one.facts["what"], one.facts["reason"]) for one in refused
    ]
    assert looked[0].facts["actor"] != refused[0].facts["actor"]


async def test_on_a_port_of_its_own_it_is_nowhere_else(tmp_path: Path) -> None:
    """
    Callers cannot even find it.
    """
    async with an_office(tmp_path, GATEWAY_ADMIN_PORT="0") as office:
        beside = await office.ask("GET", _KEYS)
        host, port = office.house.gateway.doors.listeners[1].address
        reader, writer = await asyncio.open_connection(host, port)
        head = b"GET /admin/v1/me HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-api-key: "
        writer.write(head + b"the-key-of-the-owner-for-tests\r\n\r\n")
        own = await reader.read()
        writer.close()

    assert (404, "unknown_path") == (beside.status, beside.error["code"])
    assert own.startswith(b"HTTP/1.1 200 ")
    assert b'"actor":"_gateway/admin"' in own


async def test_an_actor_is_its_credential() -> None:
    """
    By the name that stands in records too.
    """
    actor = actor_of(Caller("acme", "default", "k1", "api_key", frozenset({"admin:read"})))

    assert ("acme/k1", "acme", False) == (actor.name, actor.tenant, actor.sees_all)


def _move_away(house: House) -> None:
    (house.folder / "state" / "state.db").rename(house.folder / "state" / "gone.db")


async def test_two_persons_who_use_one_console_are_two_actors() -> None:
    """
    Their tokens name the same client; the record of what they did tells them apart and shows neither.
    """
    scopes = frozenset({"admin:keys"})

    anna, ben = (
        actor_of(Caller("acme", "default", "console", "jwt", scopes, user=user)).name
        for user in ("anna@acme.test", "ben@acme.test")
    )

    digest = hashlib.sha256(b"acme\nanna@acme.test").hexdigest()[:16]
    assert f"acme/console/user-{digest}" == anna
    assert (True, False) == (anna != ben, "ben" in ben)
