"""Values that are known by the word before them."""

import pytest

from gateway.redaction.labelled import anchors_for, has_digit, pattern_for, taken_at_its_word

_PATTERN = pattern_for("病历号, patient id", "[A-Z]*[0-9]+")


@pytest.mark.parametrize(
    "text",
    [
        "病历号：A1",
        "病历号码是A1",
        "Patient ID: A1",
        "patient_id=A1",
        "patientId: A1",
        '"patient-id": "A1"',
        "| 病历号 | A1",
    ],
)
def test_a_label_is_known_however_it_is_joined_to_its_value(text: str) -> None:
    """
    In prose, in code, in JSON, in tables.
    """
    match = _PATTERN.search(text)

    assert match is not None
    assert "A1" == match["value"]


@pytest.mark.parametrize("text", ["outpatient id A1", "patient ideas A1", "病历 A1"])
def test_a_word_that_only_contains_a_label_is_none(text: str) -> None:
    """
    Latin labels are words of their own.
    """
    assert _PATTERN.search(text) is None


def test_the_first_word_of_a_label_is_what_an_engine_looks_for() -> None:
    """
    Each once, in lower case.
    """
    assert ("patient", "病历号") == anchors_for("病历号, Patient ID, patient no")


def test_a_label_is_believed_unless_the_check_says_no() -> None:
    """
    The finding covers the value alone.
    """
    match = _PATTERN.search("病历号 A1")
    assert match is not None

    found = taken_at_its_word(0.8, has_digit)(match)

    assert found is not None
    assert (4, 6, "A1", 0.8) == (found.start, found.end, found.canonical, found.score)
    assert taken_at_its_word(0.8, str.isdigit)(match) is None
