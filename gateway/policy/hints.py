"""The way out for someone who mistyped a name."""

from collections.abc import Iterable
from difflib import get_close_matches

_MOST_NAMES = 12


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a half sentence that names what was probably meant, or what there is."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    if not names:
        return "there is none yet"
    shown = ", ".join(names[:_MOST_NAMES])
    return f"there is {shown}" + (", and more" if len(names) > _MOST_NAMES else "")
