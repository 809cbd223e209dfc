"""Facts about the order of misbehaviour."""

from gateway.simulator.misbehaviour import BEHAVED, Misbehaviour
from gateway.simulator.script import Place, Script

_BUSY, _BROKE = Misbehaviour(status=503), Misbehaviour(status=402)


def test_what_was_queued_is_taken_once_and_in_order() -> None:
    """
    Each behaviour serves one request; then the default is back.
    """
    script = Script(_BROKE)
    script.add(_BUSY, BEHAVED)

    assert [_BUSY, BEHAVED, _BROKE, _BROKE] == [script.take(Place.CHAT) for _ in range(4)]


def test_places_have_queues_of_their_own() -> None:
    """
    A probe of the models takes nothing from what was meant for chat, nor the chat's default.
    """
    script = Script(_BROKE)
    script.add(_BUSY, place=Place.MODELS)

    taken = [script.take(place) for place in (Place.CHAT, Place.MODELS, Place.MODELS, Place.BALANCE)]

    assert [_BROKE, _BUSY, BEHAVED, BEHAVED] == taken


def test_a_reset_brings_the_first_default_back() -> None:
    """
    After a reset nothing is queued, and a default set later is gone.
    """
    script = Script(_BROKE)
    script.default = _BUSY
    script.add(_BUSY)

    script.reset()

    assert _BROKE == script.take(Place.CHAT)
