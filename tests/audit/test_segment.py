"""One segment of a writer, and its seal."""

from pathlib import Path

import msgspec
import pytest

from gateway.audit.catalogue import Heartbeat
from gateway.audit.chain import Chain
from gateway.audit.disk import Disk
from gateway.audit.layout import Layout
from gateway.audit.segment import Place, Tally, keep_seal, read_seal, seal_of, standing_after

WRITER = "web1-0-20270115T080000000000Z"
TIME = "2027-01-15T08:00:00.000000Z"


def test_a_chain_goes_on_behind_a_seal(tmp_path: Path) -> None:
    """
    What is read back from the file says where it stood.
    """
    chain, tally = Chain(WRITER), Tally()
    place = Place(WRITER, 0, chain.standing)
    for number in range(5):
        tally.add(chain.link("log.heartbeat", Heartbeat(queued=number), time=TIME, mono=number), TIME, TIME)
    layout = Layout(tmp_path)
    layout.seal(WRITER, 0).parent.mkdir(parents=True)

    keep_seal(layout, Disk(), seal_of(place, chain.standing, tally, is_final=False))

    seal = read_seal(layout.seal(WRITER, 0).read_bytes())
    assert chain.standing == standing_after(seal)
    assert (5, 4, TIME, TIME) == (seal.records, seal.last_seq, seal.first_time, seal.last_time)


def test_a_seal_with_more_in_it_is_none() -> None:
    """
    An unknown field may say what nobody checks.
    """
    with pytest.raises(msgspec.MsgspecError):
        read_seal(b'{"writer":"w","more":1}')
