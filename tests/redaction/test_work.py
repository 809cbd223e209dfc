"""What makes a conversation this one."""

from typing import Any

from gateway.redaction.circumstances import Circumstances
from gateway.redaction.pace import Pace
from gateway.redaction.tenant_keys import TenantKeys
from gateway.redaction.work import Work
from gateway.vocabulary.residency import Clearance
from gateway.wire.sealed_request import Isolation
from tests.fakes.sealing import a_conversation, a_profile

KEYS = TenantKeys(b"a" * 32)


async def opening(*said: tuple[str, str], keys: TenantKeys = KEYS, **fields: Any) -> bytes:
    profile = a_profile()
    request = a_conversation(*[{"role": role, "content": text} for role, text in said], **fields)
    around = Circumstances("req_1", "acme", profile, Clearance.EXTERNAL)
    work = Work(request, Isolation("t"), around, profile, keys)
    await work.read(Pace())
    return work.opening()


BEGINNING = [("system", "Be kind."), ("user", "Hello")]


async def test_later_turns_belong_to_the_same_conversation() -> None:
    """
    Whatever is added after the first word of the user.
    """
    later = await opening(*BEGINNING, ("assistant", "Hi"), ("user", "Bye"), temperature=1)

    assert await opening(*BEGINNING) == later


async def test_another_beginning_is_another_conversation() -> None:
    """
    Another system text, another first word, another tenant.
    """
    others = [
        await opening(("system", "Be kind."), ("user", "Hi")),
        await opening(("system", "Be brief."), ("user", "Hello")),
        await opening(*BEGINNING, keys=TenantKeys(b"b" * 32)),
    ]

    assert 4 == len({await opening(*BEGINNING), *others})
