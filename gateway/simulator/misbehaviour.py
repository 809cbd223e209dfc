"""
What the simulator is told to do differently, and how it is told.

In-process a test hands over a `Misbehaviour`. Through a gateway the same
fields travel as a directive in the model's name or in the last user text:

    [[sim:status=503]]   [[sim:deltas=128,delay_ms=5]]   [[sim:echo]]
    [[sim:{"text": "commas, and brackets [1]"}]]

A name without a value means true. The directive itself is not part of the
text that is echoed or answered.
"""

from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

OPENING, CLOSING = "[[sim:", "]]"


class UnreadableDirective(ValueError):
    """A directive names an unknown field or a value of the wrong type."""


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """
    How one answer departs from a quick, well-formed, friendly one.

    The answer: `echo` repeats the last text, `text` and `reasoning` are exact
    texts, `empty` has no content, `deltas` makes exactly so many content
    deltas (and no reasoning), `delta_size` is characters per delta, `tool`
    calls this tool, `finish_reason` and `no_usage` alter the end.

    Time, in seconds but for `delay_ms` between deltas: `slow_head` before the
    head, `queued` after it with keep-alives, `slow_first_token` after that in
    silence.

    Refusing: `status` with `error` (rate, balance, content) or an exact
    `body`; `headers`, `retry_after`, `content_type`, `huge_header` bytes of
    one header, `interim` sends a 1xx first; `refuse` closes the listening
    socket for so many seconds and resets this connection.

    Below HTTP: `raw` is all that is sent before closing; `*_after` happen
    after so many deltas (0: right after the head; a whole answer is hit in
    the middle of its body): `stall_after` (for `stall` seconds, else for
    good), `cut_after` (`cut` says how), `error_after` an error event,
    `garbage_after` bytes that are no event. `no_finish` and `no_done` leave
    out the end of the stream, `until_close` the framing, `drip` sends byte by
    byte so many seconds apart, `crlf` ends lines the other way, `hang_up`
    closes the connection after a complete answer without announcing it.

    The bounds of numbers hold for what is told from outside; a test may say more.
    """

    echo: bool | None = None
    text: str | None = None
    reasoning: str | None = None
    empty: bool = False
    deltas: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    delta_size: Annotated[int, Meta(ge=1, le=1_000)] | None = None
    tool: str | None = None
    finish_reason: str | None = None
    no_usage: bool = False
    delay_ms: float | None = None
    slow_head: float = 0.0
    queued: float = 0.0
    slow_first_token: float = 0.0
    status: int | None = None
    error: Literal["rate", "balance", "content"] | None = None
    body: str | None = None
    headers: dict[str, str] | None = None
    retry_after: str | None = None
    content_type: str | None = None
    huge_header: Annotated[int, Meta(ge=0, le=1024 * 1024)] = 0
    interim: int | None = None
    refuse: float | None = None
    raw: str | None = None
    stall_after: int | None = None
    stall: float | None = None
    cut_after: int | None = None
    cut: Literal["reset", "close", "mid_chunk"] = "mid_chunk"
    error_after: int | None = None
    garbage_after: int | None = None
    no_finish: bool = False
    no_done: bool = False
    until_close: bool = False
    drip: float | None = None
    crlf: bool = False
    hang_up: bool = False

    @property
    def is_refusal(self) -> bool:
        """Whether an error stands in the place of an answer."""
        return self.status is not None or self.error is not None or self.body is not None


BEHAVED = Misbehaviour()
_NAMES = frozenset(field.name for field in fields(Misbehaviour))


def read_misbehaviour(document: object) -> Misbehaviour:
    """Turn a JSON object into a misbehaviour, or raise `UnreadableDirective`."""
    if not isinstance(document, dict):
        raise UnreadableDirective("A misbehaviour is a JSON object.")
    if unknown := sorted(set(document) - _NAMES):
        raise UnreadableDirective(
            f"Unknown misbehaviour {unknown[0]!r}; there are: {', '.join(sorted(_NAMES))}."
        )
    try:
        return msgspec.convert(document, Misbehaviour, strict=False)
    except msgspec.ValidationError as error:
        raise UnreadableDirective(str(error)) from error


def take_directives(text: str) -> tuple[str, dict[str, Any]]:
    """Return the text without its directives, and what they say; the last word counts."""
    said: dict[str, Any] = {}
    while (start := text.find(OPENING)) >= 0:
        inside, end = _one_directive(text, start + len(OPENING))
        said.update(inside)
        before, after = text[:start], text[end:]
        text = before.rstrip() + after if not after.strip() else before + after.lstrip()
    return text, said


def _one_directive(text: str, start: int) -> tuple[dict[str, Any], int]:
    """Read one directive from its first character on; return it and where the text goes on."""
    if text.startswith("{", start):
        return _json_directive(text, start)
    end = text.find(CLOSING, start)
    if end < 0:
        raise UnreadableDirective("A directive begins with [[sim: and is never closed by ]].")
    pairs = (pair.partition("=") for pair in text[start:end].split(",") if pair.strip())
    inside = {name.strip(): value.strip() if sign else "true" for name, sign, value in pairs}
    return inside, end + len(CLOSING)


def _json_directive(text: str, start: int) -> tuple[dict[str, Any], int]:
    """Read a directive in JSON: the first `]]` after which it parses closes it."""
    end = start
    while (end := text.find("}" + CLOSING, end)) >= 0:
        end += 1
        try:
            return msgspec.json.decode(text[start:end], type=dict[str, Any]), end + len(CLOSING)
        except msgspec.DecodeError:
            continue
    raise UnreadableDirective("A directive in JSON has to be one object, closed by }]].")


def directed(behaviour: Misbehaviour, said: dict[str, Any]) -> Misbehaviour:
    """Return the behaviour with what the directives say on top."""
    if not said:
        return behaviour
    told = read_misbehaviour(said)
    return replace(behaviour, **{name: getattr(told, name) for name in said})
