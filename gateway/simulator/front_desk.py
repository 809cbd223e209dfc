"""Where each request of the simulator goes."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count

from gateway.foundation.clock import Clock
from gateway.simulator.canned import CannedAnswers
from gateway.simulator.catalogue import BALANCE, MODELS
from gateway.simulator.connection import Connection, Received
from gateway.simulator.errors import NO_HEADER, NOT_FOUND, Answered, bad_key, scripted
from gateway.simulator.misbehaviour import BEHAVED
from gateway.simulator.plan import Manner, plan_answered, plan_raw
from gateway.simulator.pretend_model import CHAT_PATHS, TEXT_PATHS, VECTOR_PATHS, PretendModel
from gateway.simulator.records import Records, SimulatedExchange
from gateway.simulator.remote_control import PREFIX, RemoteControl
from gateway.simulator.script import Place, Script
from gateway.simulator.settings import SimulatorSettings
from gateway.simulator.step import Step

_ASKED = CHAT_PATHS | TEXT_PATHS | VECTOR_PATHS
_SHOWN = {
    "/models": (Place.MODELS, Answered(200, MODELS)),
    "/v1/models": (Place.MODELS, Answered(200, MODELS)),
    "/user/balance": (Place.BALANCE, Answered(200, BALANCE)),
}
_WRONG_METHOD = Answered(405, b"", None)


class FrontDesk:
    """Check the key, keep the record, and send each request to who can answer it."""

    def __init__(self, settings: SimulatorSettings, clock: Clock, refuse: Callable[[float], None]) -> None:
        self._settings = settings
        self.records = Records(settings.records_kept)
        self.script = Script(settings.behaviour)
        self.connections: set[Connection] = set()
        self.emptied = asyncio.Event()
        self._numbers, self._connection_numbers = count(1), count(1)
        self._model = PretendModel(settings, clock, refuse)
        self._control = RemoteControl(
            records=self.records, script=self.script, reset=self.reset, refuse=refuse
        )
        self._canned = CannedAnswers(settings.canned, int(clock.wall())) if settings.canned else None

    def reset(self) -> None:
        """Forget records, script and conversations."""
        self.records.forget()
        self.script.reset()
        self._model.forget()

    def connected(self, connection: Connection) -> int:
        """Take in a new connection and return its number."""
        self.connections.add(connection)
        self.emptied.clear()
        return next(self._connection_numbers)

    def gone(self, connection: Connection) -> None:
        """Let go of a connection."""
        self.connections.discard(connection)
        if not self.connections:
            self.emptied.set()

    def answer(self, received: Received) -> tuple[SimulatedExchange, Iterator[Step]]:
        """Return the record of this exchange and the steps of its answer."""
        exchange = self._exchange(received)
        if self._settings.is_scriptable and received.path.startswith(PREFIX):
            return exchange, plan_answered(self._control.answer(received), _plain(received))
        self.records.begin(exchange)
        if self._canned is not None and received.path in CHAT_PATHS:
            exchange.status = 200
            exchange.streamed, steps = self._canned.steps(received.body)
            return exchange, steps
        return exchange, self._steps(received, exchange)

    def _exchange(self, received: Received) -> SimulatedExchange:
        return SimulatedExchange(
            number=next(self._numbers),
            connection=received.connection,
            method=received.method,
            path=received.path,
            headers=received.headers,
            body=received.body,
            started_at=asyncio.get_running_loop().time(),
        )

    def _steps(self, received: Received, exchange: SimulatedExchange) -> Iterator[Step]:
        refused = self._turn_away(received)
        if refused is None and received.path in _ASKED:
            return self._model.answer(received, exchange, self.script.take(Place.CHAT))
        manner = _plain(received)
        if refused is None:
            place, refused = _SHOWN[received.path]
            behaviour = self.script.take(place)
            manner = Manner(behaviour, keep_alive=received.keep_alive)
            if behaviour.raw is not None:
                return plan_raw(manner)
            if behaviour.is_refusal:
                refused = scripted(behaviour.status, behaviour.error, behaviour.body)
        exchange.status = refused.status
        return plan_answered(refused, manner)

    def _turn_away(self, received: Received) -> Answered | None:
        """Return why a request is not even looked at, or None."""
        if received.path not in _ASKED and received.path not in _SHOWN:
            return NOT_FOUND
        if received.method != ("POST" if received.path in _ASKED else "GET"):
            return _WRONG_METHOD
        if not self._settings.keys:
            return None
        credential = received.headers.get("authorization")
        if credential is None:
            return NO_HEADER
        key = credential.removeprefix("Bearer ").strip()
        return None if key in self._settings.keys else bad_key(key)


def _plain(received: Received) -> Manner:
    return Manner(BEHAVED, keep_alive=received.keep_alive)
