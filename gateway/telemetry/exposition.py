"""
The metrics of one process as a page of text.

A page may have thousands of series, so every thousand lines there is a pause,
about as long as writing them took: a request needs several turns of the event
loop, and must not wait in each.
"""

import asyncio

from gateway.telemetry.reading import Account
from gateway.telemetry.text_form import form_for, lines_of

_LINES_AT_ONCE = 1000
PAUSE_SECONDS = 0.001


async def expose(account: Account, accept: str) -> tuple[bytes, str]:
    """Return the metrics as text and its media type: OpenMetrics for who asks for it, else the plain one."""
    form = form_for(accept)
    pieces: list[str] = []
    lines = 0
    for family, readings in account:
        pieces.append(form.head(family))
        for reading in readings:
            pieces.append(form.series(family, reading))
            lines += lines_of(reading)
            if lines >= _LINES_AT_ONCE:
                lines = 0
                await asyncio.sleep(PAUSE_SECONDS)
    pieces.append(form.end)
    return "".join(pieces).encode(), form.media_type
