"""Another finder on the same texts, side by side with the gateway."""

from dataclasses import dataclass

from benchmarks.redaction.result import Result
from benchmarks.redaction.score import Board, Tally, total

_GIVEN = """\
Presidio was asked in English about every text, with all the recognisers that it brings along for English, its
usual threshold of 0.4 and {0}.
Dates, companies, URLs, ages and nationalities were left out of its answers, because they would hide much that
is harmless; so it cannot know dates of birth. It has nothing for Chinese numbers or names as it comes, and
its usual model (en_core_web_lg) is larger than the one that could be had here: who uses it for Chinese adds
both. Each template was filled once. Versions: {1}.
"""

_CORPORA = ("plain", "disguised", "harmless", "fresh", "later")
_BY_LANGUAGE = ("plain", "fresh", "later")
_MODEL = 2


@dataclass(frozen=True, slots=True)
class Rival:
    """What another one found, and what it is."""

    result: Result
    versions: tuple[str, ...]


def rivalry(result: Result, rival: Rival) -> str:
    """Return the part of the page that shows both."""
    model = rival.versions[_MODEL] if len(rival.versions) > _MODEL else ""
    model = f"the model {model} for names and places" if model else "no model"
    parts = [_GIVEN.format(model, ", ".join(rival.versions))]
    theirs = rival.result
    corpora = {name: (getattr(result, name), getattr(theirs, name)) for name in _CORPORA}
    parts.append(_table("texts", {name: _totals(*boards) for name, boards in corpora.items()}))
    by_language = {
        f"{name}, {language}": (ours.by_language[language], other.by_language[language])
        for name, (ours, other) in corpora.items()
        for language in sorted(ours.by_language)
        if name in _BY_LANGUAGE
    }
    parts.append(_table("language", by_language))
    names = {
        f"names, {name}, {language}": (tally, other.names[language])
        for name, (ours, other) in corpora.items()
        for language, tally in sorted(ours.names.items())
        if name in _BY_LANGUAGE
    }
    parts.append(_table("names", names, shows_hidden=False))
    by_entity = {
        entity: (tally, theirs.plain.by_entity[entity])
        for entity, tally in sorted(result.plain.by_entity.items())
        if tally.values
    }
    parts.append(_table("entity, plain writing", by_entity, shows_hidden=False))
    return "\n".join(parts)


def _totals(ours: Board, theirs: Board) -> tuple[Tally, Tally]:
    return total(ours.by_form.values()), total(theirs.by_form.values())


def _table(head: str, rows: dict[str, tuple[Tally, Tally]], *, shows_hidden: bool = True) -> str:
    names = ["leak rate", "recall", *(["hidden for nothing"] if shows_hidden else [])]
    lines = [
        f"| {head} | {' | '.join(f'{name} | Presidio' for name in names)} |",
        "|---" * (2 * len(names) + 1) + "|",
    ]
    for name, (ours, theirs) in rows.items():
        figures = [
            f"{ours.leak_rate:.2%}",
            f"{theirs.leak_rate:.2%}",
            f"{ours.recall:.2%}",
            f"{theirs.recall:.2%}",
        ]
        if shows_hidden:
            figures += [f"{ours.over_redaction:.2%}", f"{theirs.over_redaction:.2%}"]
        lines.append(f"| {name} | {' | '.join(figures)} |")
    return "\n".join(lines) + "\n"
