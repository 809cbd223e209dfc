"""What was found of what was there: leaks first, then recall, precision and what was hidden for nothing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.redaction.corpus import Sample, Truth

# So much of a value has to be covered for it to count as found.
_ENOUGH = 0.7

# A found stretch and what it was taken for.
Finding = tuple[int, int, str]
Finder = Callable[[str], Sequence[Finding]]
# Says whether a text comes back as it went.
Traveller = Callable[[str], bool]


@dataclass(slots=True)
class Tally:
    """Counts for one entity, form or language."""

    values: int = 0
    found: int = 0
    named_right: int = 0
    signs: int = 0
    leaked: int = 0
    claims: int = 0
    claims_right: int = 0
    harmless: int = 0
    hidden_for_nothing: int = 0
    trips: int = 0
    trips_right: int = 0

    @property
    def leak_rate(self) -> float:
        """The share of private characters that stay in sight."""
        return self.leaked / self.signs if self.signs else 0.0

    @property
    def recall(self) -> float:
        """The share of values that are found, under whatever name."""
        return self.found / self.values if self.values else 1.0

    @property
    def precision(self) -> float:
        """The share of findings that lie on something private."""
        return self.claims_right / self.claims if self.claims else 1.0

    @property
    def f2(self) -> float:
        """Recall and precision in one figure, in which recall weighs more."""
        both = 4 * self.precision + self.recall
        return 5 * self.precision * self.recall / both if both else 0.0

    @property
    def over_redaction(self) -> float:
        """The share of harmless characters that are hidden."""
        return self.hidden_for_nothing / self.harmless if self.harmless else 0.0

    @property
    def fidelity(self) -> float:
        """The share of texts that come back letter for letter from an answer that repeats them."""
        return self.trips_right / self.trips if self.trips else 1.0


class Board:
    """Tallies by entity, by form and by language."""

    def __init__(self) -> None:
        self.by_entity: dict[str, Tally] = {}
        self.by_form: dict[str, Tally] = {}
        self.by_language: dict[str, Tally] = {}
        self.chinese_names = Tally()
        self.names: dict[str, Tally] = {}
        self.misses: list[str] = []
        self.false_alarms: list[str] = []
        self.changed: list[str] = []

    def take(self, sample: Sample, findings: Sequence[Finding]) -> None:
        """Count what was found in one text."""
        covered = bytearray(len(sample.text))
        for start, end, _ in findings:
            covered[start:end] = b"\1" * (end - start)
        tallies = [
            self.by_form.setdefault(sample.form, Tally()),
            self.by_language.setdefault(sample.language, Tally()),
        ]
        for truth in sample.truths:
            if not truth.entity.startswith("?"):
                counted = [*tallies, self.by_entity.setdefault(truth.entity, Tally())]
                if truth.entity == "PERSON":
                    counted.append(self.names.setdefault(sample.language, Tally()))
                    counted += [self.chinese_names] if _is_chinese(sample.text[truth.start]) else []
                self._count_value(sample, truth, findings, covered, counted)
        self._count_claims(sample, findings, tallies)
        self._count_harmless(sample, covered, tallies)

    def take_trip(self, sample: Sample, *, is_right: bool) -> None:
        """Count one text that went out and came back."""
        entities = {truth.entity for truth in sample.truths if not truth.entity.startswith("?")}
        for tally in (
            self.by_form.setdefault(sample.form, Tally()),
            self.by_language.setdefault(sample.language, Tally()),
            *[self.by_entity.setdefault(entity, Tally()) for entity in entities],
        ):
            tally.trips += 1
            tally.trips_right += is_right
        if not is_right:
            self.changed.append(f"{sample.form}: {sample.text!r}")

    def _count_value(
        self,
        sample: Sample,
        truth: Truth,
        findings: Sequence[Finding],
        covered: bytearray,
        tallies: Iterable[Tally],
    ) -> None:
        places = [place for place in range(truth.start, truth.end) if sample.text[place].isalnum()]
        in_sight = sum(not covered[place] for place in places)
        is_found = in_sight <= (1 - _ENOUGH) * len(places)
        is_named = any(
            start < truth.end and truth.start < end and name == truth.entity for start, end, name in findings
        )
        for tally in tallies:
            tally.values += 1
            tally.found += is_found
            tally.named_right += is_found and is_named
            tally.signs += len(places)
            tally.leaked += in_sight
        if not is_found:
            self.misses.append(
                f"{truth.entity} {sample.form}: {sample.text[truth.start : truth.end]!r} in {sample.text!r}"
            )

    def _count_claims(self, sample: Sample, findings: Sequence[Finding], tallies: list[Tally]) -> None:
        for start, end, name in findings:
            inside = sum(max(0, min(end, truth.end) - max(start, truth.start)) for truth in sample.truths)
            is_right = inside * 2 >= end - start
            counted = [*tallies, self.by_entity.setdefault(name, Tally())]
            if name == "PERSON" and _is_chinese(sample.text[start]):
                counted.append(self.chinese_names)
            for tally in counted:
                tally.claims += 1
                tally.claims_right += is_right
            if not is_right:
                self.false_alarms.append(f"{name}: {sample.text[start:end]!r} in {sample.text!r}")

    def _count_harmless(self, sample: Sample, covered: bytearray, tallies: list[Tally]) -> None:
        private = bytearray(len(sample.text))
        for truth in sample.truths:
            private[truth.start : truth.end] = b"\1" * (truth.end - truth.start)
        harmless = [place for place, sign in enumerate(sample.text) if sign.isalnum() and not private[place]]
        hidden = sum(covered[place] for place in harmless)
        for tally in tallies:
            tally.harmless += len(harmless)
            tally.hidden_for_nothing += hidden


def evaluate(samples: Iterable[Sample], finder: Finder, travels: Traveller | None = None) -> Board:
    """Return the board of a finder over samples, and of whoever sends them out and back."""
    board = Board()
    for sample in samples:
        board.take(sample, finder(sample.text))
        if travels is not None:
            board.take_trip(sample, is_right=travels(sample.text))
    return board


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of some tallies."""
    result = Tally()
    for tally in tallies:
        for name in Tally.__slots__:
            setattr(result, name, getattr(result, name) + getattr(tally, name))
    return result


def _is_chinese(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"
