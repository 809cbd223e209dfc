"""The first administrator: chosen by the operator, or made once and shown once."""

from collections.abc import Callable

from gateway.foundation.secret import Secret
from gateway.foundation.state_store import NEW, StateConflict, StateStore
from gateway.identity.api_key import accept_free_text, digest_of
from gateway.identity.key_office import KeyChange, KeyOffice
from gateway.identity.key_orders import Actor, KeyOrder
from gateway.identity.keyring import KeyRecord
from gateway.identity.scopes import ADMIN_TENANT, ROLES
from gateway.vocabulary.caller import Caller

KIND = "first_admin"
_NAME = "made"
_START = Actor("start", ADMIN_TENANT, ROLES["owner"])


def chosen_admin_key(text: Secret) -> KeyRecord:
    """Return the record of the key in GATEWAY_ADMIN_KEY, which is kept nowhere."""
    accept_free_text(text.reveal())
    caller = Caller(ADMIN_TENANT, "default", "admin", "api_key", scopes=ROLES["owner"])
    return KeyRecord(digest_of(text.reveal().strip().encode()), caller)


async def first_admin_key(
    store: StateStore, office: KeyOffice, tell: Callable[[KeyChange], None] = lambda _: None
) -> Secret | None:
    """
    Make the first owner's key if there never was one; of several that start at once, one does.

    What is done is told, as if an administrator had done it.
    """
    if await store.read(KIND, _NAME) is not None:
        return None
    made = await office.create(_START, ADMIN_TENANT, KeyOrder(role="owner", label="first administrator"))
    tell(made)
    try:
        await store.write(KIND, _NAME, made.after.id.encode(), expected=NEW)
    except StateConflict:
        tell(await office.revoke(_START, made.after.id))
        return None
    return made.secret
