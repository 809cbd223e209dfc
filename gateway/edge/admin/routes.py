"""Every admin route, file by file: a new one is one file here and one line below."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gateway.audit.review.reader import LogReader
from gateway.edge.admin.act import AdminRoute
from gateway.edge.admin.audit import AuditRoutes
from gateway.edge.admin.cache import CacheRoutes
from gateway.edge.admin.keys import KeyRoutes
from gateway.edge.admin.litellm_keys import LitellmKeyRoutes
from gateway.edge.admin.redaction import RedactionRoutes
from gateway.edge.admin.tenants import TenantRoutes
from gateway.foundation.clock import Clock
from gateway.foundation.state_store import StateStore
from gateway.identity.key_office import KeyOffice
from gateway.policy.book import PolicyBook
from gateway.redaction.redactor import Redactor


@dataclass(frozen=True, slots=True)
class AdminRooms:
    """What the routes work on."""

    office: KeyOffice
    clock: Clock
    catch_up: Callable[[], Awaitable[None]]
    reload: Callable[[], bool]
    reload_others: Callable[[], object]
    book: Callable[[], PolicyBook]
    destroy_data_key: Callable[[str], Awaitable[None]]
    redactor: Redactor
    log: LogReader
    store: StateStore


def admin_routes(rooms: AdminRooms) -> list[AdminRoute]:
    """Return the routes of every file."""
    keys = KeyRoutes(rooms.office, rooms.clock, rooms.catch_up)
    return [
        *keys.routes(),
        *LitellmKeyRoutes(rooms.office, rooms.clock, keys).routes(),
        *TenantRoutes(rooms.reload, rooms.book, rooms.destroy_data_key, rooms.reload_others).routes(),
        *RedactionRoutes(rooms.redactor).routes(),
        *AuditRoutes(rooms.log).routes(),
        *CacheRoutes(rooms.store, rooms.clock, rooms.catch_up).routes(),
    ]
