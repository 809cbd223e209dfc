"""Every source has one credential, whoever asks; the ways to get it are all there."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.foundation.clock import FakeClock
from gateway.foundation.keys import GATEWAY, TenantKeys
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.master_key import MasterKey
from gateway.foundation.secret import Secret
from gateway.foundation.state_store import MemoryStateStore
from gateway.foundation.trust import trusting_context
from gateway.foundation.web_client import WebClient
from gateway.upstreams.credential_source import ClientSource, CredentialSource, FileSource, StoredSource
from gateway.upstreams.credentials.keeper import CredentialKeeper
from gateway.upstreams.credentials.stored import StoredCredentials
from gateway.upstreams.refusals import CredentialUnavailable
from gateway.upstreams.target import Target
from tests.fakes.builders import a_target
from tests.fakes.scripted_server import Peer, Script, always, serving, whole
from tests.fakes.spies import SpyListener


class Rig:
    """One keeper, and what it keeps from."""

    def __init__(self, client: WebClient, stored: StoredCredentials) -> None:
        self.clock = FakeClock()
        self.heard = SpyListener()
        self.stored = stored
        self.tasks = LastTasks(lambda _: None)
        self.keeper = CredentialKeeper(client, stored, self.clock, self.tasks, (self.heard,))

    async def credential(self, source: CredentialSource | None, name: str = "first") -> Secret | None:
        """Return what an upstream with this source is equipped with."""
        return (await self.keeper.equip(_with(source, name))).upstream.credential


def _with(source: CredentialSource | None, name: str = "first") -> Target:
    target = a_target(name)
    return replace(target, upstream=replace(target.upstream, credential_source=source))


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    store = MemoryStateStore()
    keys = TenantKeys(MasterKey([bytes(32)]), store)
    await keys.ensure([GATEWAY])
    client = WebClient(trusting_context())
    yield Rig(client, StoredCredentials(store, keys))
    await client.close()


async def test_each_way_leads_to_a_credential(rig: Rig, tmp_path: Path) -> None:
    """
    A file, an entry of the state store, a token endpoint; without a source nothing is changed.
    """
    (tmp_path / "key").write_text("sk-file")
    await rig.stored.keep("deep", Secret("sk-stored"))
    answer = whole(b'{"access_token": "sk-token", "token_type": "bearer", "expires_in": 60}')

    async with serving(always(answer)) as server:
        url = f"http://127.0.0.1:{server.port}/token"
        found = [
            await rig.credential(source)
            for source in (
                FileSource(str(tmp_path / "key")),
                StoredSource("deep"),
                ClientSource(url, "gateway", Secret("s")),
                None,
            )
        ]

    assert [Secret("sk-file"), Secret("sk-stored"), Secret("sk-token"), None] == found


async def test_a_changed_file_is_noticed(rig: Rig, tmp_path: Path) -> None:
    """
    Within seconds, and without a reload; one that is gone leaves what it held.
    """
    path = tmp_path / "key"
    path.write_text("sk-old")
    source = FileSource(str(path))
    await rig.credential(source)
    path.write_text("sk-new")
    assert Secret("sk-old") == await rig.credential(source)

    rig.clock.advance(3)
    await rig.credential(source)
    await rig.tasks.finish(1)

    assert Secret("sk-new") == await rig.credential(source)
    path.unlink()
    rig.clock.advance(3)
    await rig.credential(source)
    await rig.tasks.finish(1)
    assert Secret("sk-new") == await rig.credential(source)


async def test_upstreams_that_share_a_source_share_its_credential(rig: Rig) -> None:
    """
    And others do not: tenants with clients of their own have tokens of their own.
    """
    async with serving(_counting([], b'{"access_token": "sk-%d", "expires_in": 60}')) as server:
        url = f"http://127.0.0.1:{server.port}/token"
        ours, theirs = (ClientSource(url, name, Secret("s")) for name in ("ours", "theirs"))
        found = [
            await rig.credential(source, name)
            for source, name in ((ours, "first"), (ours, "second"), (theirs, "first"))
        ]

    assert [Secret("sk-1"), Secret("sk-1"), Secret("sk-2")] == found


async def test_the_operator_hears_which_upstream_lacks_its_credential(rig: Rig) -> None:
    """
    The caller hears no more than that there is none.
    """
    source = StoredSource("none")
    with pytest.raises(CredentialUnavailable) as refused:
        await rig.credential(source)
    await rig.stored.keep("none", Secret("sk"))
    rig.clock.advance(10)

    assert Secret("sk") == await rig.credential(source)
    assert "none" not in refused.value.message
    assert ["upstream.credential_unavailable", "upstream.credential_renewed"] == [
        notice.kind for notice in rig.heard.notices
    ]
    assert "first" == rig.heard.notices[0].facts["upstream"]


async def test_a_rejection_reaches_the_one_that_was_used(rig: Rig) -> None:
    """
    A target without a source, or of a source that is not held, is nobody's business.
    """
    async with serving(_counting([], b'{"access_token": "sk-%d", "expires_in": 600}')) as server:
        source = ClientSource(f"http://127.0.0.1:{server.port}/", "ours", Secret("s"))
        target = await rig.keeper.equip(_with(source))
        assert not rig.keeper.reject(_with(None))
        assert not rig.keeper.reject(_with(StoredSource("never")))
        rig.clock.advance(5)
        assert rig.keeper.reject(target)

        assert Secret("sk-2") == await rig.credential(source)


def _counting(asked: list[bytes], answer: bytes) -> Script:
    async def script(peer: Peer) -> None:
        while request := await peer.request():
            asked.append(request)
            await peer.send(whole(answer % len(asked)))

    return script
