"""
A thought in the field in which providers lock theirs (`encrypted_content`).

Nothing is locked here, and the thought stands beside it. But some clients send
a thought back by this field alone.
"""

from base64 import b64decode, b64encode

_MARK = "unlocked."


def carry(thought: str) -> str:
    """Return the field that carries this thought."""
    return _MARK + b64encode(thought.encode()).decode()


def carried(field: object) -> str | None:
    """Return the thought in a field; None where somebody else wrote it."""
    if type(field) is not str or not field.startswith(_MARK):
        return None
    try:
        return b64decode(field.removeprefix(_MARK), validate=True).decode()
    except ValueError:
        return None
