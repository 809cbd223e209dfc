"""Look for private data in a text."""

from dataclasses import dataclass

from gateway.redaction.bench import Bench
from gateway.redaction.engines.choice import EngineName
from gateway.redaction.recognisers import RECOGNISERS
from gateway.redaction.scan import Scan
from gateway.redaction.spans import Span


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a policy looks for: `entities` None means every one there is."""

    entities: frozenset[str] | None = None
    engine: EngineName = "auto"


_EVERYTHING = Wanted()


class Scanner:
    """
    Find the private values of a text.

    Built once for each policy and shared by all its exchanges: it keeps nothing
    of a text. What a text holds never makes it raise.
    """

    def __init__(self, wanted: Wanted = _EVERYTHING) -> None:
        entities = wanted.entities
        chosen = [one for one in RECOGNISERS.values() if entities is None or one.entity in entities]
        self._all = Bench(chosen, wanted.engine)
        self._proofs = Bench([one for one in chosen if one.is_proof], wanted.engine)

    def scan(self, text: str) -> tuple[Span, ...]:
        """Return what is private in a text: sorted, apart from each other, the same every time."""
        return _finished(self.begin(text))

    def begin(self, text: str) -> Scan:
        """Begin to look through a text; `Scan` says how to let others have their turn meanwhile."""
        return Scan(self._all, text)

    def residue(self, text: str) -> tuple[Span, ...]:
        """Return what check digits and unmistakable forms alone still find."""
        return _finished(Scan(self._proofs, text))


def _finished(scan: Scan) -> tuple[Span, ...]:
    while scan.advance():
        pass
    return scan.spans
