"""A line is a transport to the connection above it and keeps nothing to itself."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.tls.line import TlsLine
from tests.fakes.loops import TlsLoop
from tests.fakes.recording_transport import RecordingTransport
from tests.fakes.tls_peer import TlsPeer, acquainted

_LOOP = TlsLoop()
SERVER, CLIENT = _LOOP.entrance.context, _LOOP.trust
_LOOP.close()


class Above(asyncio.Protocol):
    """A connection that records what it is told."""

    def __init__(self, *, goes_on: bool = False) -> None:
        self.heard = b""
        self.told: list[str] = []
        self.line: TlsLine | None = None
        self.wants_one = False
        self._goes_on = goes_on

    def data_received(self, data: bytes) -> None:
        """Record; pause after one piece if that is wanted."""
        self.heard += data
        if self.wants_one and self.line is not None:
            self.line.pause_reading()

    def eof_received(self) -> bool:
        """Record."""
        self.told.append("eof")
        return self._goes_on

    def pause_writing(self) -> None:
        """Record."""
        self.told.append("pause")

    def resume_writing(self) -> None:
        """Record."""
        self.told.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        """Record."""
        assert exc is None
        self.told.append("lost")


def a_line(*, goes_on: bool = False, **extra: Any) -> tuple[TlsLine, Above, RecordingTransport, TlsPeer]:
    """Return a line in its places, and the caller at its other end."""
    session, peer = acquainted(SERVER, CLIENT)
    above, transport = Above(goes_on=goes_on), RecordingTransport(**extra)
    line = TlsLine(transport, session, above)
    above.line = line
    return line, above, transport, peer


async def test_both_sides_hear_each_other() -> None:
    """
    What is written leaves encrypted in one write, what comes is handed on plain.
    """
    line, above, transport, peer = a_line()

    line.write(b"an answer")
    line.data_received(peer.say(b"a question"))

    assert 1 == len(transport.written)
    assert b"an answer" == peer.hear(transport.written[0])
    assert b"a question" == above.heard


async def test_a_connection_that_wants_no_more_is_handed_no_more() -> None:
    """
    What has come already waits, and is handed on first when reading resumes.
    """
    line, above, transport, peer = a_line()
    above.wants_one = True
    line.data_received(peer.say(b"one,") + peer.say(b"two,") + peer.say(b"three"))
    first = above.heard
    above.wants_one = False

    line.resume_reading()
    await asyncio.sleep(0)

    assert (b"one,", b"one,two,three") == (first, above.heard)
    assert ["pause_reading", "resume_reading"] == transport.done


async def test_a_close_says_goodbye_and_nothing_after_it() -> None:
    """
    The caller can tell an end from a cut; what is written later is not sent.
    """
    line, above, transport, peer = a_line()
    line.write(b"all of it")

    line.close()
    line.write(b"too late")
    line.data_received(peer.say(b"too late"))

    heard = peer.hear(b"".join(transport.written))
    assert (b"all of it", True) == (heard, peer.hears_goodbye())
    assert (b"", True, ["close"]) == (above.heard, line.is_closing(), transport.done)


async def test_an_abort_says_no_goodbye() -> None:
    """
    What was cut does not look like an end.
    """
    line, _, transport, peer = a_line()
    line.write(b"a part")

    line.abort()

    heard = peer.hear(b"".join(transport.written))
    assert (b"a part", False) == (heard, peer.hears_goodbye())
    assert ["abort"] == transport.done


async def test_one_half_can_be_closed() -> None:
    """
    The goodbye is said, and what the caller still sends is heard.
    """
    line, above, transport, peer = a_line()

    line.write_eof()
    line.data_received(peer.say(b"still here"))

    assert peer.hears_goodbye(b"".join(transport.written))
    assert (b"still here", ["write_eof"]) == (above.heard, transport.done)


async def test_a_callers_goodbye_is_the_end_of_its_half() -> None:
    """
    It is told as an end of file, and closes the line if the connection above does not care.
    """
    line, above, transport, peer = a_line()

    line.data_received(peer.say_goodbye())

    assert (["eof"], ["close"]) == (above.told, transport.done)


async def test_a_connection_may_go_on_after_a_goodbye() -> None:
    """
    It is asked, as it is over plain TCP.
    """
    line, above, transport, peer = a_line(goes_on=True)

    line.data_received(peer.say_goodbye())
    line.write(b"nevertheless")

    assert (["eof"], []) == (above.told, transport.done)
    assert 1 == len(transport.written)


async def test_an_end_without_a_goodbye_is_told_too() -> None:
    """
    What came before it is handed on first.
    """
    line, above, _, peer = a_line()
    line.pause_reading()
    line.data_received(peer.say(b"last words"))
    line.resume_reading()

    keeps_open = line.eof_received()

    assert (b"last words", ["eof"], False) == (above.heard, above.told, keeps_open)


async def test_a_record_that_was_tampered_with_cuts_the_line() -> None:
    """
    Nothing of it reaches the connection above.
    """
    line, above, transport, peer = a_line()
    record = bytearray(peer.say(b"pay Alice"))
    record[-1] ^= 1

    line.data_received(bytes(record))

    assert (b"", ["abort"]) == (above.heard, transport.done)


@given(noise=st.binary(min_size=1, max_size=2000), start=st.integers(0, 60))
async def test_noise_cuts_the_line_or_is_waited_on(noise: bytes, start: int) -> None:
    """
    Whatever comes in the place of a record, by itself or in the middle of one, nothing of it is handed on.
    """
    line, above, transport, peer = a_line()
    record = peer.say(b"a question")

    line.data_received(record[:start] + noise)
    line.write(b"an answer")

    assert above.heard in (b"", b"a question")
    assert transport.done in ([], ["abort"])


async def test_what_is_unsent_is_what_the_transport_below_has() -> None:
    """
    The line keeps nothing back, so its bounds and signals are those below.
    """
    line, above, transport, _ = a_line()
    transport.unsent = 500

    line.set_write_buffer_limits(high=100)
    line.pause_writing()
    line.resume_writing()

    assert (500, ["high=100"]) == (line.get_write_buffer_size(), transport.done)
    assert ["pause", "resume"] == above.told


async def test_a_lost_line_lets_go() -> None:
    """
    The connection above is told once, and nothing reaches it any more.
    """
    line, above, transport, peer = a_line()

    line.connection_lost(None)
    line.data_received(peer.say(b"a ghost"))
    line.write(b"to nobody")

    assert (["lost"], b"", []) == (above.told, above.heard, transport.written)


async def test_the_line_knows_its_session_and_what_is_below() -> None:
    """
    Whoever asks can tell https from http, and who is at the other end.
    """
    line, _, _, _ = a_line(peername=("192.0.2.1", 5))

    assert SERVER is line.get_extra_info("sslcontext")
    assert "TLSv1.3" == line.get_extra_info("ssl_object").version()
    assert ("192.0.2.1", 5) == line.get_extra_info("peername")
