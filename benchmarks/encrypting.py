"""What TLS at the door costs, measured in this process: questions in, pieces of answers out, handshakes."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.measures import Finding, Row, Scale
from benchmarks.stage import Stage
from gateway.edge.tls.files import TlsFiles
from gateway.edge.tls.identity import read_identity
from gateway.edge.tls.line import TlsLine
from gateway.edge.tls.session import TlsSession
from tests.fakes.certificates import Authority
from tests.fakes.tls_peer import TlsPeer, acquainted

PIECE_GOAL, QUESTION_GOAL, HANDSHAKE_GOAL = 2.0, 5.0, 1_000.0
_PIECE = b"data: " + b"x" * 242 + b"\n\n"
_QUESTION = b"POST /v1/chat/completions HTTP/1.1\r\n" + b"x" * 964
_HANDSHAKES_OF = 40


class _Sink(asyncio.Transport):
    """A transport that takes everything and keeps nothing."""

    def write(self, data: object) -> None:
        """Take it."""

    def is_closing(self) -> bool:
        """Return False: it never is."""
        return False


def measure_tls(_stage: Stage, scale: Scale) -> Finding:
    """Price what the line and the doorstep add, without sockets and without the caller's side."""
    return asyncio.run(_measure(scale))


async def _measure(scale: Scale) -> Finding:
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder))
        pair = authority.pair("localhost")
        identity = read_identity(TlsFiles(pair.certificate, pair.key), time.time())
        server, client = identity.contexts[0], authority.client_context()
    costs: dict[str, list[float]] = {"piece": [], "question": [], "handshake": []}
    for _ in range(scale.rounds):
        session, peer = acquainted(server, client)
        line = TlsLine(_Sink(), session, asyncio.Protocol())
        began = time.process_time_ns()
        for _ in range(scale.requests):
            line.write(_PIECE)
        costs["piece"].append((time.process_time_ns() - began) / scale.requests / 1000)
        records = [peer.say(_QUESTION) for _ in range(scale.requests)]
        began = time.process_time_ns()
        for record in records:
            line.data_received(record)
        costs["question"].append((time.process_time_ns() - began) / scale.requests / 1000)
        handshakes = max(1, scale.requests // _HANDSHAKES_OF)
        spent = sum(_handshake_nanos(TlsSession(server), TlsPeer(client)) for _ in range(handshakes))
        costs["handshake"].append(spent / handshakes / 1000)
    figures = {name: statistics.median(found) for name, found in costs.items()}
    rows = [
        Row("tls", "a piece of 250 bytes out", figures["piece"], "us", PIECE_GOAL),
        Row("tls", "a question of 1 KB in", figures["question"], "us", QUESTION_GOAL),
        Row("tls", "a handshake (TLS 1.3, P-256)", figures["handshake"], "us", HANDSHAKE_GOAL),
    ]
    return Finding(rows, {"micros_of_rounds": costs})


def _handshake_nanos(session: TlsSession, peer: TlsPeer) -> int:
    """Return the CPU time of the server's side of one handshake."""
    spent, is_done, line = 0, False, peer.shake_hands()
    while not is_done:
        began = time.process_time_ns()
        session.feed(line)
        is_done = session.shake_hands()
        answer = session.take()
        spent += time.process_time_ns() - began
        line = peer.shake_hands(answer)
    return spent
