"""The list of admin routes is whole and guarded."""

from pathlib import Path

from gateway.audit.lookup_keys import LookupKeys
from gateway.audit.review.errands import Errands
from gateway.audit.review.inspector import Inspector
from gateway.audit.review.reader import LogReader
from gateway.edge.admin.routes import AdminRooms, admin_routes
from gateway.foundation.clock import FakeClock
from gateway.foundation.state_store import MemoryStateStore
from gateway.identity.key_office import KeyOffice
from gateway.identity.scopes import SCOPES
from gateway.redaction.redactor import Redactor
from tests.fakes.audit_side import SilentScribe, some_keys
from tests.fakes.keys import a_key
from tests.fakes.small_house import a_book
from tests.house.tree import ROOT


async def _nothing() -> None:
    """Catch up with nothing."""


async def _destroy(_tenant: str) -> None:
    """Destroy nothing."""


def _rooms() -> AdminRooms:
    clock, store = FakeClock(), MemoryStateStore()
    office = KeyOffice(store, clock, has_project=lambda *_: True, vet_section=lambda *_: ())
    return AdminRooms(
        office=office,
        clock=clock,
        catch_up=_nothing,
        reload=lambda: True,
        reload_others=lambda: None,
        book=a_book,
        destroy_data_key=_destroy,
        redactor=Redactor(a_key, clock),
        log=LogReader(
            (),
            Errands(),
            SilentScribe(),
            LookupKeys(some_keys(store), store),
            inspector=Inspector((), Errands(), Path("/nowhere"), host="web1", clock=clock),
        ),
        store=MemoryStateStore(),
    )


def test_every_route_needs_an_admin_scope_that_exists() -> None:
    """
    None is open by having forgotten it; what changes something needs more than looking.
    """
    routes = admin_routes(_rooms())

    assert routes
    assert [] == [route.path for route in routes if route.scope not in SCOPES]
    assert [] == [route.path for route in routes if not route.scope.startswith("admin:")]
    assert [] == [route.path for route in routes if route.method != "GET" and route.scope == "admin:read"]


def test_no_route_is_there_twice() -> None:
    """
    The second would never be called.
    """
    routes = [(route.method, route.path) for route in admin_routes(_rooms())]

    assert len(set(routes)) == len(routes)


def test_every_path_is_documented() -> None:
    """
    docs/admin.md names them all.
    """
    text = (ROOT / "docs" / "admin.md").read_text()
    names = {route.path.rpartition("/")[2] for route in admin_routes(_rooms())}

    assert [] == sorted(name for name in names if name not in text)
