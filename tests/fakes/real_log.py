"""A log with a history, written by the real writers on a clock that is moved."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.record import time_text
from gateway.audit.scribe import Scribe
from gateway.audit.signing import SigningKeys
from gateway.audit.slips import given
from tests.fakes.audit_logs import an_exchange
from tests.fakes.audit_side import Desk

_SEGMENT_BYTES = 12_000
_SECONDS = 1.5


class RealLog:
    """Two processes of one host that share a log; `live` makes them write for a while and stop."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.desk = Desk(folder)
        self.scribes: list[Scribe] = []
        self._signings: list[SigningKeys] = []

    @property
    def pin(self) -> str:
        """The first public key, as a reviewer keeps it."""
        return self.desk.signing.signers[0].epoch.public

    @property
    def keys(self) -> list[Ed25519PrivateKey]:
        """What a thief of the state store would have."""
        return [signer.private for signer in self.desk.signing.signers]

    @property
    def notes(self) -> list[str]:
        """Every checkpoint, as anchors were given it."""
        return self.desk.offered

    async def open(self, slots: int = 2) -> None:
        """Let the processes begin, one writer each."""
        for slot in range(slots):
            self.scribes.append(await self.desk.open(segment_bytes=_SEGMENT_BYTES, slot=slot))
            self._signings.append(self.desk.signing)
        self.turn()

    async def live(self, exchanges: int = 16) -> None:
        """Let them serve, with another key from the middle on, and stop in order."""
        await self.open()
        for number in range(exchanges):
            if number == exchanges // 2:
                await self.rotate_key()
            for slot, scribe in enumerate(self.scribes):
                self.serve(scribe, f"req_{slot}_{number}_a", f"req_{slot}_{number}_b")
            self.turn()
        self.stop()

    def serve(self, scribe: Scribe, *request_ids: str) -> None:
        """Put the records of these requests."""
        for request_id in request_ids:
            for told in an_exchange(request_id):
                scribe.put(given, told)

    async def rotate_key(self) -> None:
        """Let another key sign from now on, and every process know it."""
        since = time_text(self.desk.clock.wall())
        await self.desk.signing.rotate(since)
        for signing in self._signings:
            await signing.ensure(since)
        self.desk.clock.advance(_SECONDS)

    def turn(self) -> None:
        """Let everybody work, and a second and a half go by."""
        for scribe in self.scribes:
            scribe.turn()
        self.desk.clock.advance(_SECONDS)

    def die(self, slot: int, torn_bytes: int) -> None:
        """Let a process be killed, so many bytes into the writing of another record."""
        scribe = self.scribes.pop(slot)
        writer, device = scribe._writer, scribe.device
        assert writer is not None
        assert device is not None
        writer.abandon()
        device.notary.close()
        path = max((self.folder / "writers" / writer.writer).glob("*.jsonl"))
        with path.open("ab") as file:
            file.write((path.read_bytes().split(b"\n")[1] * 2)[:torn_bytes])

    def stop(self) -> None:
        """Let everybody stop in order; the last one signs what the others wrote."""
        for scribe in self.scribes:
            scribe.stop()
