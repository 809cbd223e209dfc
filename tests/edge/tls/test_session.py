"""A session turns bytes of the line into plain bytes and back, however they are parted."""

import ssl
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.edge.tls.session import TlsSession
from tests.fakes.certificates import Authority
from tests.fakes.loops import TlsLoop
from tests.fakes.tls_peer import TlsPeer, acquainted

_LOOP = TlsLoop()
SERVER, CLIENT = _LOOP.entrance.context, _LOOP.trust
_LOOP.close()

PIECES = st.lists(st.binary(max_size=40_000), max_size=5)


@given(pieces=PIECES, cuts=st.lists(st.integers(0, 200_000), max_size=8))
def test_what_a_caller_says_arrives_however_the_line_parts_it(pieces: list[bytes], cuts: list[int]) -> None:
    """
    Records may come in any pieces, several in one or one in several.
    """
    session, peer = acquainted(SERVER, CLIENT)
    line = b"".join(peer.say(piece) for piece in pieces if piece)
    edges = [0, *sorted(min(cut, len(line)) for cut in cuts), len(line)]

    heard = b""
    for start, end in pairwise(edges):
        session.feed(line[start:end])
        while plain := session.read():
            heard += plain

    assert b"".join(pieces) == heard


@given(pieces=PIECES)
def test_what_is_encrypted_arrives_whole(pieces: list[bytes]) -> None:
    """
    Nothing is left behind, whatever the size, and nothing at all is nothing.
    """
    session, peer = acquainted(SERVER, CLIENT)

    heard = b"".join(peer.hear(session.encrypt(piece)) for piece in pieces)

    assert b"".join(pieces) == heard


@given(noise=st.binary(min_size=1, max_size=3000))
def test_noise_ends_a_handshake_or_is_waited_on(noise: bytes) -> None:
    """
    Whatever comes in the place of a greeting, there is an error of TLS or more is waited for, nothing else.
    """
    session = TlsSession(SERVER)
    session.feed(noise)

    try:
        is_done = session.shake_hands()
    except ssl.SSLError:
        is_done = False

    assert not is_done


def test_a_goodbye_is_heard_and_reading_goes_on_after_the_own_one() -> None:
    """
    Each half is closed by itself.
    """
    session, peer = acquainted(SERVER, CLIENT)

    goodbye = session.say_goodbye()
    was_heard = peer.hears_goodbye(goodbye)
    session.feed(peer.say(b"after"))
    after = session.read()
    session.feed(peer.say_goodbye())

    assert (True, b"after", b"") == (was_heard, after, session.read())


def test_a_second_goodbye_says_nothing() -> None:
    """
    It is said once.
    """
    session, _ = acquainted(SERVER, CLIENT)
    session.say_goodbye()

    assert b"" == session.say_goodbye()


def test_a_caller_who_does_not_believe_us_says_so(authority: Authority) -> None:
    """
    The handshake fails with what the caller's alert says.
    """
    session, peer = TlsSession(SERVER), TlsPeer(authority.client_context())
    session.feed(peer.shake_hands())
    session.shake_hands()
    answer = session.take()

    with pytest.raises(ssl.SSLCertVerificationError):
        peer.shake_hands(answer)
    session.feed(peer.take())
    with pytest.raises(ssl.SSLError) as caught:
        session.shake_hands()

    assert "TLSV1_ALERT_UNKNOWN_CA" == caught.value.reason


def test_a_caller_who_is_refused_is_told_why() -> None:
    """
    The alert is there to be sent after the error.
    """
    context = ssl.create_default_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    strict = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    strict.minimum_version = ssl.TLSVersion.TLSv1_3
    session, peer = TlsSession(strict), TlsPeer(context)
    session.feed(peer.shake_hands())

    with pytest.raises(ssl.SSLError):
        session.shake_hands()
    alert = session.take()

    with pytest.raises(ssl.SSLError) as caught:
        peer.shake_hands(alert)
    assert "TLSV1_ALERT_PROTOCOL_VERSION" == caught.value.reason
