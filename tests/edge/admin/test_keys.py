"""Keys over HTTP: each path does what the command does, in force before it answers."""

from typing import Any

import orjson
import pytest

from tests.edge.admin.office import OWNER, Office
from tests.fakes.house import Answer

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

_KEYS = "/admin/v1/keys"
_IN_EUROS = {"name": "b", "kind": "spend", "amount": "5", "money": "EUR", "period": "day"}


async def act(office: Office, method: str, path: str, body: object = b"", *, key: str = OWNER) -> Any:
    """Call a path of keys and return its document."""
    answer = await office.ask(method, f"{_KEYS}{path}", body, key=key)
    assert 200 == answer.status, answer.body
    return answer.document


def told(answer: Answer) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status, answer.error["code"]


async def test_a_key_that_was_made_is_good_at_once(office: Office) -> None:
    """
    Before the answer came, the process that gave it knew.
    """
    made = await office.make(label="shop")

    answer = await office.house.chat(key=made["key"])

    assert (200, "acme", "shop", "active") == (answer.status, made["tenant"], made["label"], made["state"])


async def test_a_key_is_shown_without_its_secret(office: Office) -> None:
    """
    In the list and alone, with who made it.
    """
    made = await office.make()

    one = await act(office, "GET", f"/{made['id']}")
    listed = await act(office, "GET", "?limit=1000")

    assert one == {name: value for name, value in made.items() if name != "key"}
    assert one in listed["data"]
    assert made["key"].rpartition("-")[2] not in str(listed)
    assert [("_gateway/admin", "created")] == [(act["actor"], act["act"]) for act in one["history"]]


async def test_a_list_has_pages(office: Office) -> None:
    """
    By tenant, so many at a time.
    """
    made = [(await office.make(tenant="at-home"))["id"] for _ in range(3)]

    first = await act(office, "GET", "?tenant=at-home&limit=2")
    second = await act(office, "GET", "?tenant=at-home&limit=2&offset=2")
    bad = await office.ask("GET", f"{_KEYS}?limit=many")

    assert made == [one["id"] for one in (*first["data"], *second["data"])]
    assert (3, "list") == (first["total"], first["object"])
    assert (400, "limit") == (bad.status, bad.error["param"])


async def test_a_block_and_its_end_are_in_force_at_once(office: Office) -> None:
    """
    Each before it is answered.
    """
    made = await office.make()

    await act(office, "POST", f"/{made['id']}/block")
    blocked = await office.house.chat(key=made["key"])
    await act(office, "POST", f"/{made['id']}/unblock")
    open_again = await office.house.chat(key=made["key"])

    assert (403, "key_blocked") == told(blocked)
    assert 200 == open_again.status


@pytest.mark.parametrize(("method", "end"), [("POST", "/revoke"), ("DELETE", "")])
async def test_a_revoked_key_is_gone_for_good(office: Office, method: str, end: str) -> None:
    """
    By either path; nothing can be done to it any more.
    """
    made = await office.make()

    gone = await act(office, method, f"/{made['id']}{end}")
    after = await office.house.chat(key=made["key"])
    again = await office.ask("POST", f"{_KEYS}/{made['id']}/unblock")

    assert "revoked" == gone["state"]
    assert (401, "invalid_credential") == told(after)
    assert (400, "invalid_request") == told(again)


async def test_a_rotated_key_has_two_secrets_for_the_overlap(office: Office) -> None:
    """
    A day if nothing was said.
    """
    made = await office.make()

    second = await act(office, "POST", f"/{made['id']}/rotate")
    both = [(await office.house.chat(key=one["key"])).status for one in (made, second)]
    await act(office, "POST", f"/{made['id']}/rotate", {"overlap_seconds": 0})
    late = await office.house.chat(key=made["key"])

    assert [200, 200] == both
    assert made["id"] == second["id"]
    assert (401, "key_rotated") == told(late)


async def test_a_key_is_changed_by_what_is_said(office: Office) -> None:
    """
    What is not said stays; null takes a date away.
    """
    made = await office.make(label="old", expires_in="1d", metadata={"team": "a"})

    changed = await act(office, "PATCH", f"/{made['id']}", {"label": "new", "models": ["deepseek-*"]})
    opened = await act(office, "PATCH", f"/{made['id']}", {"expires_at": None})

    assert ("new", ["deepseek-*"], {"team": "a"}) == (
        changed["label"],
        changed["models"],
        changed["metadata"],
    )
    assert made["expires_at"] == changed["expires_at"]
    assert opened["expires_at"] is None


@pytest.mark.parametrize(
    ("wish", "param"),
    [
        ({"tenant": "nobody"}, "tenant"),
        ({"project": "none"}, "project"),
        ({"expires_in": "soon"}, "expires_in"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"expires_at": "2001-01-01"}, "expires_at"),
        ({"expires_at": "2101-01-01", "expires_in": "1d"}, "expires_in"),
        ({"networks": ["house"]}, "networks"),
        ({"role": "king"}, "role"),
        ({"scopes": ["admin:everything"]}, "scopes"),
        ({"limits": [{"kind": "luck"}]}, "limits"),
        ({"limits": {"rules": [_IN_EUROS]}}, "limits.rules[0]"),
        ({"cache": {"scope": "planet"}}, "cache.scope"),
        ({"tenant": None}, "scopes"),
        ({"tenant": "", "role": "tenant_admin"}, "tenant"),
        ({"expires_in": "90"}, "expires_in"),
        ({"expires_at": "1927-12-31"}, "expires_at"),
        ({"expires_at": "9999-12-31"}, "expires_at"),
        ({"scopes": ["chta"]}, "scopes"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field(
    office: Office, wish: dict[str, object], param: str
) -> None:
    """
    And no key is made.
    """
    answer = await office.ask("POST", _KEYS, {"tenant": "acme"} | wish)

    assert 400 == answer.status
    assert str(answer.error["param"]).startswith(param)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nothing"), ("PATCH", "/nothing"), ("DELETE", "/nothing"), ("POST", "/nothing/rotate")],
)
async def test_a_key_that_is_not_there_is_not_found(office: Office, method: str, path: str) -> None:
    """
    One code for all paths.
    """
    assert (404, "not_found") == told(await office.ask(method, f"{_KEYS}{path}"))


async def test_the_administrator_of_a_tenant_stays_in_it(office: Office) -> None:
    """
    Others' keys do not exist, and no more is given than is held.
    """
    admin = await office.make(role="tenant_admin")
    theirs = await office.make(tenant="at-home")

    made = await office.make(key=admin["key"], label="by the tenant")
    listed = await act(office, "GET", "?limit=1000", key=admin["key"])
    foreign = [
        await office.ask("GET", f"{_KEYS}/{theirs['id']}", key=admin["key"]),
        await office.ask("DELETE", f"{_KEYS}/{theirs['id']}", key=admin["key"]),
    ]
    greedy = [
        await office.ask("POST", _KEYS, {"tenant": tenant, "role": role}, key=admin["key"])
        for tenant, role in (("at-home", "tenant_admin"), ("_gateway", "auditor"), ("acme", "owner"))
    ]

    assert "acme" == made["tenant"]
    assert {"acme"} == {one["tenant"] for one in listed["data"]}
    assert [(404, "not_found")] * 2 == [told(one) for one in foreign]
    assert [400] * 3 == [one.status for one in greedy]
    assert 200 == (await office.house.get("/v1/models", key=theirs["key"])).status


async def test_an_auditor_looks_and_changes_nothing(office: Office) -> None:
    """
    The scope that is missing is named.
    """
    auditor = (await office.make(tenant="_gateway", role="auditor"))["key"]

    looked = await office.ask("GET", _KEYS, key=auditor)
    tried = await office.ask("POST", _KEYS, {"tenant": "acme"}, key=auditor)

    assert 200 == looked.status
    assert (403, "insufficient_scope") == told(tried)
    assert 'scope="admin:keys"' in tried.headers["www-authenticate"]


async def test_every_change_is_told_without_a_secret(office: Office) -> None:
    """
    Who did what to which key, what was and what is.
    """
    made = await office.make(label="old", metadata={"note": "private"})

    (changed,) = await office.told_of("PATCH", f"{_KEYS}/{made['id']}", {"label": "new"})
    (rotated,) = await office.told_of("POST", f"{_KEYS}/{made['id']}/rotate", {"overlap_seconds": 60})
    looked = await office.told_of("GET", f"{_KEYS}/{made['id']}")

    assert ("key.changed", "_gateway/admin", made["id"], "acme") == (
        changed.kind,
        *(changed.facts[name] for name in ("actor", "key", "tenant")),
    )
    assert {"label": "old"} == orjson.loads(str(changed.facts["before"]))
    assert {"label": "new"} == orjson.loads(str(changed.facts["after"]))
    assert "key.rotated" == rotated.kind
    assert ["admin.read"] == [one.kind for one in looked]
    told_texts = str([changed, rotated])
    assert made["key"].rpartition("-")[2] not in told_texts
    assert "private" not in told_texts
    assert "sha256" not in told_texts


async def test_a_wrong_method_is_told_every_right_one(office: Office) -> None:
    """
    A path that several routes share takes the methods of all of them.
    """
    answer = await office.ask("PUT", _KEYS)

    assert (405, "method_not_allowed") == told(answer)
    assert "GET, HEAD, POST" == answer.headers["allow"]
