"""
What an error holds on to, and how it lets go.

An error that was raised knows every frame it came through, and with them every
local value. Where one of these values leads to the error again (a call keeps why
it failed, say), all of it is a ring that only the garbage collector can free; and
that one looks again at what lived through its last look after hours.
"""


def let_go_of_frames(error: BaseException) -> None:
    """Forget the frames through which this error came, and those of the errors behind it."""
    chain: list[BaseException | None] = [error]
    seen: set[int] = set()
    while chain:
        one = chain.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = None
        chain += (one.__cause__, one.__context__)
