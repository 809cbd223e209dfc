"""What was measured, and what was promised."""

from dataclasses import dataclass

from benchmarks.redaction.score import Board, Tally, total
from gateway.redaction.checks import words

_CHECKSUMMED = frozenset(
    words("""
    CN_RESIDENT_ID, PAYMENT_CARD, CN_USCC, IBAN, UK_NHS, HK_ID, TW_ID, DE_TAX_ID, DE_SOCIAL_SECURITY
""")
)
_FREE = frozenset({"PERSON", "ADDRESS"})


@dataclass(frozen=True, slots=True)
class Result:
    """The boards of the corpora."""

    plain: Board
    disguised: Board
    harmless: Board
    fresh: Board
    later: Board
    sizes: tuple[int, int, int, int, int]
    digest: str


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and its bound."""

    what: str
    figure: float
    bound: float
    is_upper: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the figure is on the right side of its bound."""
        return self.figure <= self.bound if self.is_upper else self.figure >= self.bound

    @property
    def side(self) -> str:
        """On which side of the bound the figure should be."""
        return "at most" if self.is_upper else "at least"

    @property
    def verdict(self) -> str:
        """What came of it."""
        return "met" if self.is_met else "**missed**"


def goals(result: Result) -> list[Goal]:
    """Return what the product promises to reach."""
    checked, other = _classes(with_false_alarms(result))
    disguised_checked, disguised_other = _classes(result.disguised.by_entity)
    structured = total([checked, other])
    harmless = total(result.harmless.by_form.values())
    names = total([result.plain.chinese_names, result.harmless.chinese_names])
    return [
        Goal("numbers with a check digit: recall", checked.recall, 0.995),
        Goal("numbers with a check digit: precision", checked.precision, 0.98),
        Goal("other structured values: recall", other.recall, 0.99),
        Goal("other structured values: precision", other.precision, 0.96),
        Goal("structured values: leak rate", structured.leak_rate, 0.005, is_upper=True),
        Goal("disguised numbers with a check digit: recall", disguised_checked.recall, 0.97),
        Goal("other disguised values: recall", disguised_other.recall, 0.95),
        Goal("harmless texts: over-redaction", harmless.over_redaction, 0.01, is_upper=True),
        Goal("Chinese names by rule: recall", names.recall, 0.80),
        Goal("Chinese names by rule: precision", names.precision, 0.92),
        Goal("texts that come back letter for letter", _trips(result).fidelity, 0.999),
    ]


def with_false_alarms(result: Result) -> dict[str, Tally]:
    """Return the tallies of the plain texts, with what was found in harmless texts counted as wrong."""
    entities = result.plain.by_entity.keys() | result.harmless.by_entity.keys()
    boards = (result.plain.by_entity, result.harmless.by_entity)
    return {entity: total(board[entity] for board in boards if entity in board) for entity in entities}


def _classes(tallies: dict[str, Tally]) -> tuple[Tally, Tally]:
    checked = total(tally for entity, tally in tallies.items() if entity in _CHECKSUMMED)
    other = total(tally for entity, tally in tallies.items() if entity not in _CHECKSUMMED | _FREE)
    return checked, other


def _trips(result: Result) -> Tally:
    boards = (result.plain, result.disguised, result.harmless, result.fresh, result.later)
    return total(tally for board in boards for tally in board.by_form.values())
