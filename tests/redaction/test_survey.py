"""What findings say together."""

from gateway.redaction.finding import Finding, Located
from gateway.redaction.survey import Survey


def located(entity: str, mark: bytes, *, is_rest: bool = False) -> Located:
    return Located(0, 5, Finding(0, 5, entity, mark), is_rest=is_rest)


def test_a_value_in_two_pieces_is_one() -> None:
    """
    Its first piece stands for it.
    """
    survey = Survey(["user"])
    survey.take("user", [located("PHONE", b"a"), located("EMAIL", b"b")])
    survey.take("user", [located("EMAIL", b"b", is_rest=True), located("PHONE", b"a")])

    assert {"PHONE": 2, "EMAIL": 1} == survey.times
    assert {b"a", b"b"} == survey.marks


def test_what_a_role_says_that_may_hear_it_comes_back() -> None:
    """
    The older names of a role mean the same; a value that stands in two texts needs but one of them.
    """
    survey = Survey(["system", "tool"])
    for number, role in enumerate(["user", "developer", "assistant", "function", "system", "tool"]):
        survey.take(role, [located("PHONE", bytes([number])), located("PHONE", bytes([number % 2]))])

    assert {bytes([number]) for number in (0, 1, 3, 4, 5)} == survey.restorable
