"""Scripts for LiteLLM find their paths, their names and their shapes."""

from typing import Any

import pytest
from msgspec import UNSET

from gateway.edge.admin.litellm_keys import LitellmKey, _limits, id_in
from gateway.edge.admin.refusals import BadAdminRequest
from tests.edge.admin.office import Office

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


async def test_a_generated_key_opens_the_door(office: Office) -> None:
    """
    Under the names that scripts read.
    """
    wish = {
        "key_alias": "shop",
        "duration": "30d",
        "team_id": "acme",
        "models": ["deepseek-*"],
        "metadata": {"env": "test"},
        "user_id": "u1",
    }

    answer = await office.ask("POST", "/key/generate", wish)

    made = answer.document
    assert 200 == (await office.house.chat(key=made["key"])).status
    assert ("shop", "acme", ["deepseek-*"]) == (made["key_alias"], made["team_id"], made["models"])
    assert {"env": "test", "user_id": "u1"} == made["metadata"]
    assert made["expires"].endswith("Z")
    assert made["key_name"].startswith("sk-dsg-")


async def test_info_names_a_key_by_itself_or_its_id(office: Office) -> None:
    """
    And never shows it.
    """
    made = (await office.ask("POST", "/key/generate", {"team_id": "acme"})).document

    by_key = await office.ask("GET", f"/key/info?key={made['key']}")
    by_id = await office.ask("GET", f"/key/info?key={made['token_id']}")
    nameless = await office.ask("GET", "/key/info")

    assert by_key.document == by_id.document
    assert made["token_id"] == by_key.document["key"]
    assert made["key"].encode() not in by_key.body
    assert (400, "key") == (nameless.status, nameless.error["param"])


async def test_a_key_is_updated_blocked_and_deleted(office: Office) -> None:
    """
    Each is in force at once; a deleted key is revoked.
    """
    made = (await office.ask("POST", "/key/generate", {"team_id": "acme"})).document
    key = {"key": made["key"]}

    updated = await office.ask(
        "POST", "/key/update", key | {"key_alias": "till", "models": ["all-team-models"]}
    )
    await office.ask("POST", "/key/block", key)
    blocked = await office.house.chat(key=made["key"])
    await office.ask("POST", "/key/unblock", key)
    unblocked = await office.house.chat(key=made["key"])
    deleted = await office.ask("POST", "/key/delete", {"keys": [made["key"]]})
    after = await office.house.chat(key=made["key"])

    assert ("till", []) == (updated.document["key_alias"], updated.document["models"])
    assert (403, 200, 401) == (blocked.status, unblocked.status, after.status)
    assert {"deleted_keys": [made["key"]]} == deleted.document


async def test_a_key_can_be_made_blocked_and_regenerated(office: Office) -> None:
    """
    Regenerating replaces the secret without overlap.
    """
    made = (await office.ask("POST", "/key/generate", {"team_id": "acme", "blocked": True})).document
    blocked = await office.house.chat(key=made["key"])
    await office.ask("POST", "/key/update", {"key": made["token_id"], "blocked": False})

    renewed = (await office.ask("POST", "/key/regenerate", {"key": made["key"]})).document
    old, new = [await office.house.chat(key=one["key"]) for one in (made, renewed)]

    assert (True, 403) == (made["blocked"], blocked.status)
    assert (401, 200) == (old.status, new.status)


async def test_of_several_to_delete_all_or_none_are(office: Office) -> None:
    """
    A typing error in one takes no other back.
    """
    made = (await office.ask("POST", "/key/generate", {"team_id": "acme"})).document

    answer = await office.ask("POST", "/key/delete", {"keys": [made["key"], "nothing"]})

    assert 404 == answer.status
    assert 200 == (await office.house.chat(key=made["key"])).status


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("/key/generate", {"team_id": "acme", "max_budget": 5}, "max_budget"),
        ("/key/generate", {"team_id": "acme", "key": "sk-mine"}, "key"),
        ("/key/generate", {"team_id": "nobody"}, "tenant"),
        ("/key/generate", {"team_id": ""}, "tenant"),
        ("/key/generate", {"team_id": "acme", "duration": "soon"}, "expires_in"),
        ("/key/generate", {"team_id": "acme", "duration": "90"}, "expires_in"),
        ("/key/update", {"key_alias": "x"}, "key"),
        ("/key/update", {"key": "k", "team_id": "other"}, "team_id"),
        ("/key/block", {}, "key"),
        ("/key/block", {"key": "k", "more": 1}, "key"),
        ("/key/delete", {}, "keys"),
    ],
)
async def test_what_would_not_be_kept_is_refused_by_name(
    office: Office, path: str, body: dict[str, object], param: str
) -> None:
    """
    A budget that nobody keeps is worse than none.
    """
    answer = await office.ask("POST", path, body)

    assert (400, param) == (answer.status, answer.error["param"])


async def test_keys_are_listed_by_team(office: Office) -> None:
    """
    As ids.
    """
    made = (await office.ask("POST", "/key/generate", {"team_id": "at-home"})).document

    answer = await office.ask("GET", "/key/list?team_id=at-home")

    assert [made["token_id"]] == answer.document["keys"]


async def test_a_list_has_pages_that_end(office: Office) -> None:
    """
    A script that asks for page after page gets each key once, and then none.
    """
    for _ in range(3):
        await office.ask("POST", "/key/generate", {"team_id": "at-home"})
    whole = (await office.ask("GET", "/key/list?team_id=at-home")).document

    pages = [
        (await office.ask("GET", f"/key/list?team_id=at-home&size=2&page={page}")).document
        for page in range(1, whole["total_count"])
    ]

    assert whole["keys"] == [key for page in pages for key in page["keys"]]
    assert {(whole["total_count"] + 1) // 2} == {page["total_pages"] for page in pages}
    assert [] == pages[-1]["keys"]


async def test_a_team_of_a_tenant_is_its_project(office: Office) -> None:
    """
    As it is named when a key is made.
    """
    made = (await office.ask("POST", "/key/generate", {"team_id": "at-home/default"})).document

    of_project = await office.ask("GET", "/key/list?team_id=at-home/default")
    of_none = await office.ask("GET", "/key/list?team_id=at-home/none")

    assert made["token_id"] in of_project.document["keys"]
    assert [] == of_none.document["keys"]


async def test_deleting_is_told_for_each_key(office: Office) -> None:
    """
    Whoever audits sees every one.
    """
    made = [
        (await office.ask("POST", "/key/generate", {"team_id": "acme"})).document["key"] for _ in range(2)
    ]

    told = await office.told_of("POST", "/key/delete", {"keys": made})

    assert ["key.revoked"] * 2 == [notice.kind for notice in told]


async def test_a_key_that_is_named_twice_is_deleted_and_told_once(office: Office) -> None:
    """
    By itself and by its id, too.
    """
    made = (await office.ask("POST", "/key/generate", {"team_id": "acme"})).document

    told = await office.told_of("POST", "/key/delete", {"keys": [made["key"], made["token_id"], made["key"]]})

    assert ["key.revoked"] == [notice.kind for notice in told]


async def test_beside_a_key_that_was_deleted_before_no_other_is_deleted(office: Office) -> None:
    """
    What is refused has changed nothing, so there is nothing to be told.
    """
    kept, gone = [(await office.ask("POST", "/key/generate", {"team_id": "acme"})).document for _ in range(2)]
    await office.ask("POST", "/key/delete", {"keys": [gone["key"]]})

    answer, told = await office.heard_of("POST", "/key/delete", {"keys": [kept["key"], gone["key"]]})

    assert (400, "keys", []) == (answer.status, answer.error["param"], told)
    assert 200 == (await office.house.chat(key=kept["key"])).status


async def test_each_of_two_changes_in_one_call_is_told(office: Office) -> None:
    """
    Making and blocking, changing and blocking.
    """
    making = await office.told_of("POST", "/key/generate", {"team_id": "acme", "blocked": True})
    wish = {"key": making[0].facts["key"], "models": ["deepseek-flash"], "blocked": False}
    changing = await office.told_of("POST", "/key/update", wish)
    blocking = await office.told_of("POST", "/key/update", {"key": wish["key"], "blocked": True})

    assert ["key.created", "key.blocked"] == [notice.kind for notice in making]
    assert ["key.changed", "key.unblocked"] == [notice.kind for notice in changing]
    assert "deepseek-flash" in str(changing[0].facts["after"])
    assert ["key.blocked"] == [notice.kind for notice in blocking]


async def test_an_update_leaves_what_it_does_not_name(office: Office) -> None:
    """
    Changing one limit lifts no other, and null removes one; so it is with metadata.
    """
    spend = {"name": "own", "kind": "requests", "limit": 9, "window_seconds": 5}
    made = await office.make(limits={"rules": [spend]}, metadata={"env": "test", "old": 1})
    first = {"key": made["id"], "rpm_limit": 60, "tpm_limit": 1000, "user_id": "u1"}
    await office.ask("POST", "/key/update", first)

    await office.ask("POST", "/key/update", {"key": made["id"], "rpm_limit": 30, "metadata": {"old": None}})
    both = (await office.ask("GET", f"/admin/v1/keys/{made['id']}")).document
    await office.ask("POST", "/key/update", {"key": made["id"], "tpm_limit": None, "user_id": None})
    one = (await office.ask("GET", f"/admin/v1/keys/{made['id']}")).document

    assert {"own": 9, "rpm": 30, "tpm": 1000} == _limits_in(both)
    assert {"env": "test", "user_id": "u1"} == both["metadata"]
    assert {"own": 9, "rpm": 30} == _limits_in(one)
    assert {"env": "test"} == one["metadata"]


def _limits_in(view: dict[str, Any]) -> dict[str, int]:
    return {rule["name"]: rule["limit"] for rule in view["limits"]["rules"]}


async def test_an_id_is_found_in_a_key() -> None:
    """
    Anything else is taken for an id.
    """
    assert "abc" == id_in("sk-dsg-abc-secret")
    assert "abc" == id_in("abc")
    assert "sk-a-b-c" == id_in("sk-a-b-c")


async def test_their_three_limits_are_limits_of_the_key() -> None:
    """
    In the words of a plan; beside a section of ours they would contradict it.
    """
    wish = LitellmKey(rpm_limit=60, tpm_limit=1000, max_parallel_requests=2)

    section = _limits(wish)

    assert [("requests", 60), ("tokens", 1000), ("concurrency", 2)] == [
        (rule["kind"], rule["limit"]) for rule in section["rules"]
    ]
    assert UNSET is _limits(LitellmKey())
    assert _limits(LitellmKey(rpm_limit=None), section) == {"rules": section["rules"][1:]}
    assert None is _limits(LitellmKey(rpm_limit=None))
    assert {"rules": []} == _limits(LitellmKey(rpm_limit=None, limits={"rules": []}))
    with pytest.raises(BadAdminRequest, match="not both"):
        _limits(LitellmKey(rpm_limit=60, limits={"rules": []}))
