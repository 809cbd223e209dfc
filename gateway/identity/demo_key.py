"""The first credential: made once, shown once."""

import re
from dataclasses import dataclass

from gateway.foundation.secret import Secret
from gateway.foundation.state_folder import StateFolder, UnusableState
from gateway.identity.api_key import HASH_PREFIX, accept_free_text, mint

_FILE = "demo_key.json"
_HASH = re.compile(f"{HASH_PREFIX}[0-9a-f]{{64}}")


@dataclass(frozen=True, slots=True)
class DemoKey:
    """The key of the tenant `demo`; `text` is there only when it may be shown: at its first start."""

    key_id: str
    hash: str
    text: Secret | None
    is_chosen: bool = False


def demo_key(state: StateFolder, chosen: Secret | None) -> DemoKey:
    """Return the operator's chosen key, else the one whose hash is kept, else a new one, not kept yet."""
    if chosen is not None:
        return DemoKey("demo", accept_free_text(chosen.reveal()), None, is_chosen=True)
    kept = state.read(_FILE)
    if kept is not None:
        return _known(state, kept)
    minted = mint()
    return DemoKey(minted.key_id, minted.hash, minted.text)


def keep_demo_key(state: StateFolder, key: DemoKey) -> None:
    """
    Keep the hash of a new key; any other stays as it is.

    Called once nothing can go wrong any more before it is shown: a key kept
    by a start that failed would be a key that nobody ever saw.
    """
    if key.text is not None:
        state.write(_FILE, {"key_id": key.key_id, "hash": key.hash})


def _known(state: StateFolder, kept: dict[str, str]) -> DemoKey:
    key_id, digest = kept.get("key_id", ""), kept.get("hash", "")
    if not key_id or _HASH.fullmatch(digest) is None:
        raise UnusableState(
            f"{state.path / _FILE} is damaged. Delete it; the next start makes a new demo key."
        )
    return DemoKey(key_id, digest, None)
