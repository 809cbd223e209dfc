"""
A copy of the state store in one file: every entry, and a sum over all of it.

    {"form": 1, "entries": 3, "made_at": 1800000000.0}
    {"kind": "api_key", "name": "...", "value": "<base64>"}
    ...
    {"sha256": "..."}

It holds no key in clear: API keys are hashes, data keys are wrapped by the
master key, which is not in it. A file that was cut or changed is refused whole.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import Entry, StateStore

_FORM = 1


class Kept(msgspec.Struct, frozen=True):
    """One entry of a copy."""

    kind: str
    name: str
    value: bytes


class _Head(msgspec.Struct, frozen=True):
    form: int
    entries: int
    made_at: float


class _Sum(msgspec.Struct, frozen=True):
    sha256: str


async def copy_state(store: StateStore, path: Path, made_at: float) -> int:
    """Write everything in the store to a new file, its owner's alone; return how many entries there are."""
    changes = await store.changes_since("")
    kept = [Kept(one.kind, one.name, one.value) for one in changes.entries if one.value is not None]
    lines = [msgspec.json.encode(one) for one in (_Head(_FORM, len(kept), made_at), *kept)]
    body = b"".join(line + b"\n" for line in lines)
    _write(path, body + msgspec.json.encode(_Sum(hashlib.sha256(body).hexdigest())) + b"\n")
    return len(kept)


def read_copy(path: Path) -> list[Kept]:
    """Return the entries of a copy; raise `UnusableState` if it is not whole."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnusableState(f"{path} cannot be read ({error.strerror}).") from error
    body, _, last = raw.rstrip(b"\n").rpartition(b"\n")
    body += b"\n"
    try:
        stated = msgspec.json.decode(last, type=_Sum).sha256
        head, *lines = body.splitlines()
        form = msgspec.json.decode(head, type=_Head)
        kept = [msgspec.json.decode(line, type=Kept) for line in lines]
    except (msgspec.MsgspecError, ValueError) as error:
        raise UnusableState(f"{path} is no copy of a state store, or was cut. Use another one.") from error
    if stated != hashlib.sha256(body).hexdigest() or form.entries != len(kept):
        raise UnusableState(f"{path} was changed or cut since it was made. Use another one.")
    if form.form != _FORM:
        raise UnusableState(f"{path} has form {form.form}, and this version reads form {_FORM}.")
    return kept


async def put_back(store: StateStore, kept: Iterable[Kept]) -> int:
    """Make the store hold what a copy holds and nothing else; return how many entries that changed."""
    wanted = {(one.kind, one.name): one.value for one in kept}
    present = {(one.kind, one.name): one for one in (await store.changes_since("")).entries}
    changed = _differences(wanted, present.values())
    for kind, name in changed:
        await store.write(kind, name, wanted.get((kind, name)))
    return len(changed)


def _differences(wanted: dict[tuple[str, str], bytes], present: Iterable[Entry]) -> Sequence[tuple[str, str]]:
    found = {(one.kind, one.name): one.value for one in present}
    return [place for place in {**found, **wanted} if found.get(place) != wanted.get(place)]


def _write(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.draft")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        path.hardlink_to(draft)
    except FileExistsError as error:
        raise UnusableState(f"{path} is there already; name a new file.") from error
    except OSError as error:
        raise UnusableState(f"{path} cannot be written ({error.strerror}).") from error
    finally:
        draft.unlink(missing_ok=True)
