"""Where books come from: the policy folder, read in the surroundings of this process."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path

from gateway.foundation.state_store import StateUnavailable
from gateway.policy.access import ExtraKey
from gateway.policy.book import PolicyBook
from gateway.policy.compiler import compile_book
from gateway.policy.documents import Documents
from gateway.policy.errors import PolicyError, PolicyRejected, PolicyUndecided
from gateway.policy.loader import load
from gateway.policy.servers import SIMULATOR, Surroundings, to_be_asked
from gateway.redaction.scanners import finder_for
from gateway.simulator.server import Simulator
from gateway.simulator.settings import SimulatorSettings
from gateway.upstreams.probe import find_answering
from gateway.upstreams.transport import Transport

_NOT_HERE = (
    "no real upstream is available, and the built-in simulator only serves a loopback address; "
    "set DEEPSEEK_API_KEY or LOCAL_BASE_URL, or set GATEWAY_HOST=127.0.0.1"
)


class PolicySource:
    """
    Read, probe, compile.

    The simulator is started when a model would have no server without it, and
    only where nobody but this machine can connect. `silent` names the
    upstreams that were asked whether they are there and did not answer.
    `prepare` makes ready what a book needs before it is valid, such as the
    keys of its tenants.
    """

    def __init__(
        self,
        folder: Path,
        environ: Mapping[str, str],
        *,
        transports: Mapping[str, Transport],
        extra_keys: tuple[ExtraKey, ...],
        is_loopback: bool,
        prepare: Callable[[PolicyBook], Awaitable[None]],
    ) -> None:
        self._folder = folder
        self._environ = environ
        self._transports = transports
        self._extra_keys = extra_keys
        self._is_loopback = is_loopback
        self._prepare = prepare
        self._loop = asyncio.get_running_loop()
        self.simulator: Simulator | None = None
        self.silent: tuple[str, ...] = ()

    def build(self) -> PolicyBook:
        """Return the book of the present documents; waits, so never call it from the event loop."""
        future: Future[PolicyBook] = asyncio.run_coroutine_threadsafe(self.read(), self._loop)
        return future.result()

    async def read(self) -> PolicyBook:
        """Return the book of the present documents; raise `PolicyRejected`."""
        documents = await asyncio.to_thread(load, self._folder, self._environ)
        asked = to_be_asked(documents.wanting_an_answer())
        answering = await find_answering(self._transports, asked)
        self.silent = tuple(one.name for one in asked if one.name not in answering)
        book = await self._compile(documents, answering)
        if self.simulator is None and _would_serve(documents, book.unserved):
            await self._start_simulator()
            book = await self._compile(documents, answering)
        try:
            await self._prepare(book)
        except StateUnavailable as error:
            raise PolicyUndecided(
                [PolicyError("tenants/", "", f"cannot have their keys: {error}")]
            ) from error
        return book

    async def close(self) -> None:
        """Stop the simulator if it was started."""
        if self.simulator is not None:
            await self.simulator.stop()

    async def _compile(self, documents: Documents, answering: frozenset[str]) -> PolicyBook:
        # Beside the event loop: a thousand tenants take a tenth of a second.
        url = self.simulator.base_url if self.simulator is not None else None
        return await asyncio.to_thread(
            compile_book, documents, Surroundings(answering, url, finder_for), self._extra_keys
        )

    async def _start_simulator(self) -> None:
        if not self._is_loopback:
            raise PolicyRejected([PolicyError("upstreams.yaml", "", _NOT_HERE)])
        # It lives as long as the gateway: it keeps no request, and takes no orders
        # from other users of this machine.
        simulator = Simulator(SimulatorSettings(records_kept=0, is_scriptable=False))
        await simulator.start()
        self.simulator = simulator


def _would_serve(documents: Documents, unserved: Sequence[str]) -> bool:
    """Whether the simulator is on the route of a model that has no other server."""
    if documents.upstreams is None or documents.models is None:
        return False
    kinds = {name: rules.kind for name, rules in documents.upstreams.upstreams.items()}
    routes = (documents.models.models[model].route for model in unserved)
    return any(kinds.get(leg.upstream) == SIMULATOR for route in routes for leg in route)
