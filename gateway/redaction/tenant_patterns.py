"""
Patterns that a tenant writes, and why some are refused.

A pattern runs on every text of the tenant, so an unlucky text must not make it
run for ever: no repetition inside a repetition, none without an upper bound, no
reference back, and not too many ways to match the same stretch.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from re import _constants, _parser  # type: ignore[attr-defined] # the only one who knows how a pattern is read
from typing import Any

from gateway.redaction.failures import UnsafePattern
from gateway.redaction.recogniser import Found, Recogniser

_LONGEST_PATTERN = 500
_LONGEST_MATCH = 512
_MOST_WAYS = 2_000
_REPEATS = frozenset({_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT})
_SCORE = 0.97


@dataclass(frozen=True, slots=True)
class _Cost:
    """In how many ways a piece can match, and whether it repeats anything."""

    ways: int
    repeats: bool


def recogniser_for(entity: str, written: str) -> Recogniser:
    """Return what finds a tenant's pattern; raise `UnsafePattern` with the reason."""
    pattern, tree = _read(written)
    least, most = tree.getwidth()
    if not least:
        raise UnsafePattern("it matches an empty text: let it ask for at least one character")
    if most > _LONGEST_MATCH:
        raise UnsafePattern(
            f"it can match more than {_LONGEST_MATCH} characters: bound its repetitions, like {{1,64}}"
        )
    if _cost(tree).ways > _MOST_WAYS:
        raise UnsafePattern("it can match the same text in too many ways: narrow its repetitions")
    head = _literal_head(tree)
    return Recogniser(
        name=f"pattern:{entity}:{written}",
        entity=entity,
        anchors=(head,) if head else (),
        pattern=pattern,
        judge=_judge,
        reach=(0, most + 8),
    )


def _read(written: str) -> tuple[re.Pattern[str], Any]:
    if len(written) > _LONGEST_PATTERN:
        raise UnsafePattern(f"it is longer than {_LONGEST_PATTERN} characters")
    try:
        return re.compile(written), _parser.parse(written)
    except (re.error, RecursionError, OverflowError) as error:
        raise UnsafePattern(f"it is not a pattern: {_trouble(error)}") from error


def _trouble(error: Exception) -> str:
    """Say what is wrong, without the name of a group, which is a word of the house."""
    if not isinstance(error, re.error):
        return "it is nested too deeply, or repeats too often"
    problem = error.msg.partition("'")[0].partition('"')[0].rstrip()
    return problem if error.pos is None else f"{problem}, at position {error.pos}"


def _cost(tree: Any) -> _Cost:
    ways, repeats = 1, False
    for operation, argument in tree:
        cost = _cost_of(operation, argument)
        ways, repeats = ways * cost.ways, repeats or cost.repeats
    return _Cost(ways, repeats)


def _cost_of(operation: Any, argument: Any) -> _Cost:
    if operation in (_constants.GROUPREF, _constants.GROUPREF_EXISTS):
        raise UnsafePattern("it refers back to a group: write out what it means")
    inner = [_cost(tree) for tree in _trees_in(argument)]
    ways = sum(cost.ways for cost in inner) if operation is _constants.BRANCH else _product(inner)
    repeats = any(cost.repeats for cost in inner)
    if operation not in _REPEATS:
        return _Cost(max(1, ways), repeats)
    least, most, _ = argument
    if repeats and most > 1:
        raise UnsafePattern(
            "it repeats something that repeats: write the inner repetition with a fixed number"
        )
    return _Cost(max(1, ways) * (int(most) - int(least) + 1), repeats=int(most) != int(least))


def _product(costs: list[_Cost]) -> int:
    ways = 1
    for cost in costs:
        ways *= cost.ways
    return ways


def _trees_in(argument: Any) -> Iterator[Any]:
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for part in argument:
            yield from _trees_in(part)


def _literal_head(tree: Any) -> str:
    """Return the ASCII letters that every match begins with: what an engine can look for."""
    head = ""
    for operation, argument in tree:
        if operation is not _constants.LITERAL or argument > 127:
            break
        head += chr(argument)
    return head.lower() if len(head) > 1 else ""


def _judge(match: re.Match[str]) -> Found | None:
    return Found(match.start(), match.end(), match[0], _SCORE)
