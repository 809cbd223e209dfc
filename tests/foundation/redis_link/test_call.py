"""One command on its way."""

import asyncio
import gc

import pytest

from gateway.foundation.redis_link.call import AwaitedCall, Call, Script, read_script
from gateway.foundation.redis_link.failures import RedisDown

_SCRIPT = Script("return 1")


async def test_an_awaited_call_hands_over_its_reply_once() -> None:
    """
    A second reply, or a failure after it, changes nothing.
    """
    call = AwaitedCall(("GET", "a"))

    call.arrived(b"1")
    call.arrived(b"2")
    call.failed(RedisDown("late"))

    assert (b"1", False) == (await call.future, call.is_wanted)


async def test_a_failure_is_raised_in_the_one_who_waits() -> None:
    """
    As it is.
    """
    call = AwaitedCall(("GET", "a"))

    call.failed(RedisDown("gone"))

    with pytest.raises(RedisDown):
        await call.future


async def test_a_failure_that_nobody_waits_for_is_no_fault() -> None:
    """
    The event loop has nothing to complain of when the call is gone.
    """
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    call = AwaitedCall(("GET", "a"))

    call.failed(RedisDown("gone"))
    del call
    gc.collect()

    assert [] == complaints


async def test_nobody_wants_a_call_that_was_given_up() -> None:
    """
    So it need not be sent, and its reply is dropped.
    """
    call = AwaitedCall(("GET", "a"))

    call.future.cancel()
    call.arrived(b"1")

    assert not call.is_wanted


def test_a_script_is_spelt_out_once() -> None:
    """
    The whole text, with the same arguments; a command without a script stays as it is.
    """
    call = Call((b"EVALSHA", _SCRIPT.sha, 1, "k"), script=_SCRIPT)

    assert (True, False, False) == (call.spell_out(), call.spell_out(), Call(("GET", "a")).spell_out())
    assert (b"EVAL", "return 1", 1, "k") == call.words


def test_a_command_is_known_by_its_name_as_text() -> None:
    """
    Whatever it is sent as.
    """
    assert (
        ("EVAL", b"a", 1) == Call((b"EVAL", b"a", 1)).plain_words() == Call(("EVAL", b"a", 1)).plain_words()
    )


def test_a_script_is_known_by_the_hash_that_redis_makes_of_it() -> None:
    """
    Of a file too, with numbers in the place of words that it uses.
    """
    read = read_script("gateway.cache", "keep.lua", LABEL_BYTES=53, VERSION=2)

    assert "e0e1f9fabfc9d4800c877a703b823ac0578ff8db" == _SCRIPT.sha
    assert "#entry >= 53 and entry:byte(1) == 2" in read.text
    assert read.sha == Script(read.text).sha
