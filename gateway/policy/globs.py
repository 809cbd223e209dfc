"""Whether a name is among those that a list of patterns names."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache


def is_glob(name: str) -> bool:
    """Return whether a name is a pattern."""
    return "*" in name or "?" in name


def matches(globs: Sequence[str], name: str) -> bool:
    """Return whether any pattern fits the whole name."""
    # A pattern of several ".*" in `re` takes time without a bound; this one does not.
    return any(fnmatchcase(name, glob) for glob in globs)


@lru_cache(maxsize=4096)
def permits(globs: tuple[str, ...], name: str) -> bool:
    """Return whether a credential with these patterns may use a model; none at all narrow nothing."""
    return not globs or matches(globs, name)
