"""Scripting and asking the simulator from another process, as JSON over HTTP."""

from collections.abc import Callable
from typing import Any

import orjson

from gateway.simulator.connection import Received
from gateway.simulator.errors import NOT_FOUND, Answered, error_body
from gateway.simulator.misbehaviour import UnreadableDirective, read_misbehaviour
from gateway.simulator.records import Records
from gateway.simulator.script import Place, Script

PREFIX = "/sim/"
_DONE = Answered(200, b"{}")
_FIELDS = frozenset(("next", "default", "refuse", *(place.value for place in Place)))


class RemoteControl:
    """
    Answer `GET /sim/records`, `POST /sim/script` and `POST /sim/reset`.

    A script is `{"next": [...], "default": {...}, "models": [...], "balance":
    [...], "refuse": seconds}`, each entry a misbehaviour by its field names.
    Only callers on this machine are heard, and credentials are masked.
    """

    def __init__(
        self,
        *,
        records: Records,
        script: Script,
        reset: Callable[[], None],
        refuse: Callable[[float], None],
    ) -> None:
        self._records, self._script = records, script
        self._reset, self._refuse = reset, refuse

    def answer(self, received: Received) -> Answered:
        """Do what is asked and say how it went."""
        if not received.from_loopback:
            return _fault(403, "The simulator is scripted from its own machine only.")
        match received.method, received.path.removeprefix(PREFIX):
            case "GET", "records":
                return Answered(200, self._shown())
            case "POST", "script":
                return self._take(received.body)
            case "POST", "reset":
                self._reset()
                return _DONE
            case _:
                return NOT_FOUND

    def _shown(self) -> bytes:
        records = self._records
        exchanges = [exchange.as_json() for exchange in records.exchanges]
        ended = {ending.value: number for ending, number in records.ended.items()}
        totals = {"started": records.started, "running": records.running, "ended": ended}
        return orjson.dumps({**totals, "exchanges": exchanges})

    def _take(self, body: bytes) -> Answered:
        try:
            self._write_script(orjson.loads(body))
        except (orjson.JSONDecodeError, UnreadableDirective, TypeError, ValueError) as error:
            return _fault(400, f"Unreadable script: {error}")
        return _DONE

    def _write_script(self, document: Any) -> None:
        if not isinstance(document, dict) or (unknown := set(document) - _FIELDS):
            named = sorted(unknown) if isinstance(document, dict) else "no object"
            raise UnreadableDirective(f"{named}; a script has: {', '.join(sorted(_FIELDS))}.")
        queued = {place: document.get(place.value, []) for place in Place}
        queued[Place.CHAT] = [*document.get("next", []), *queued[Place.CHAT]]
        read = {place: [read_misbehaviour(entry) for entry in entries] for place, entries in queued.items()}
        if "default" in document:
            self._script.default = read_misbehaviour(document["default"] or {})
        for place, behaviours in read.items():
            self._script.add(*behaviours, place=place)
        if "refuse" in document:
            self._refuse(float(document["refuse"]))


def _fault(status: int, message: str) -> Answered:
    return Answered(status, error_body(message))
