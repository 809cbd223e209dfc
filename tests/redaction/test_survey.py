"""What findings say together."""

from gateway.redaction.finding import Finding, Located
from gateway.redaction.survey import Survey
from gateway.wire.texts import HumanText


def located(entity: str, mark: bytes, *, is_rest: bool = False) -> Located:
    return Located(0, 5, Finding(0, 5, entity, mark), is_rest=is_rest)


def a_text(role: str, *path: str) -> HumanText:
    return HumanText(path or ("messages", 0, "content"), role, "text")


def test_a_value_in_two_pieces_is_one() -> None:
    """
    Its first piece stands for it.
    """
    survey = Survey(["user"])
    survey.take(a_text("user"), [located("PHONE", b"a"), located("EMAIL", b"b")])
    survey.take(a_text("user"), [located("EMAIL", b"b", is_rest=True), located("PHONE", b"a")])

    assert {"PHONE": 2, "EMAIL": 1} == survey.times
    assert {b"a", b"b"} == survey.marks


def test_what_a_role_says_that_may_hear_it_comes_back() -> None:
    """
    The older names of a role mean the same; a value that stands in two texts needs but one of them.
    """
    survey = Survey(["system", "tool"])
    roles = ["user", "developer", "assistant", "function", "system", "tool", "latest_reminder"]
    for number, role in enumerate(roles):
        survey.take(a_text(role), [located("PHONE", bytes([number])), located("PHONE", bytes([number % 2]))])

    assert {bytes([number]) for number in (0, 1, 3, 4, 5, 6)} == survey.restorable


def test_what_defines_a_tool_comes_back_in_calls_and_a_schema_in_the_answer() -> None:
    """
    Unless nothing comes back at all, or what surrounds the messages does anyway.
    """
    told = {}
    for restore in ((), ("user",), ("system",)):
        survey = Survey(restore)
        survey.take(a_text("system", "tools"), [located("PHONE", b"tool")])
        survey.take(a_text("system", "response_format"), [located("PHONE", b"schema")])
        survey.take(a_text("system", "metadata"), [located("PHONE", b"more")])
        told[restore] = (survey.restorable, survey.for_calls)

    assert {
        (): (set(), set()),
        ("user",): ({b"schema"}, {b"tool"}),
        ("system",): ({b"tool", b"schema", b"more"}, set()),
    } == told


def test_what_a_model_goes_on_with_is_its_users() -> None:
    """
    On both sides of the gap.
    """
    survey = Survey(["user"])
    survey.take(a_text("prompt"), [located("PHONE", b"a")])

    assert {b"a"} == survey.restorable
