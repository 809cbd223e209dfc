"""A simulator in a process of its own, scripted and asked over HTTP."""

import json
import time
import urllib.request
from collections.abc import Mapping
from typing import Any

_ASKED = ("/completions", "/embeddings")


class Simulated:
    """The far end of a gateway under test."""

    def __init__(self, url: str) -> None:
        self.url = url

    def reset(self) -> None:
        """Forget what was scripted and what was seen."""
        self._ask("reset", {})

    def next(self, *behaviours: Mapping[str, Any]) -> None:
        """Script the next requests to the model, one behaviour each."""
        self._ask("script", {"next": list(behaviours)})

    def exchanges(self) -> list[dict[str, Any]]:
        """Return the requests to the model so far, oldest first."""
        exchanges: list[dict[str, Any]] = self._ask("records")["exchanges"]
        return [exchange for exchange in exchanges if exchange["path"].endswith(_ASKED)]

    def ended(self, number: int = 0, seconds: float = 10.0) -> dict[str, Any]:
        """Wait until an exchange has ended, and return it."""
        deadline = time.monotonic() + seconds
        while (exchange := self.exchanges()[number])["ending"] is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"the exchange is still running: {exchange}")
            time.sleep(0.02)
        return exchange

    def _ask(self, path: str, document: Mapping[str, Any] | None = None) -> Any:
        body = None if document is None else json.dumps(document).encode()
        with urllib.request.urlopen(f"{self.url}/sim/{path}", body, timeout=10) as answer:  # noqa: S310
            return json.load(answer)
