"""Numbers of Chinese identity cards, whole, mistyped and of the first series."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.recognisers.cn_resident_id import PROVINCES, check_character
from tests.fakes.looking import found_by

EXAMPLES = [
    ("我的身份证号是110101199003078515，请核实", "110101199003078515", "110101199003078515"),
    ("ID:11010519491231002X。", "11010519491231002X", "11010519491231002X"),
    ("证件11010519491231002x已过期", "11010519491231002x", "11010519491231002X"),
    ("1101 0119 9003 0785 15", "1101 0119 9003 0785 15", "110101199003078515"),
    ("110101-19900307-8515", "110101-19900307-8515", "110101199003078515"),
    ("110101199003\n078515", "110101199003\n078515", "110101199003078515"),
    ("身份证 110101199003078516（录入有误）", "110101199003078516", "110101199003078516"),
    ("老身份证号 130503670401001", "130503670401001", "130503670401001"),
    ("编号 7 110101199003078515", "110101199003078515", "110101199003078515"),
]
NEAR_MISSES = [
    "流水号 110101199003078516",
    "990101199003078515",
    "110101199013078519",
    "1101011990030785150",
    "20241127123456789",
    "110101-1990",
]


@given(
    province=st.sampled_from(sorted(PROVINCES)),
    place=st.integers(0, 9999),
    day=st.dates(),
    sequence=st.integers(0, 999),
)
def test_every_well_formed_number_is_found(province: str, place: int, day: object, sequence: int) -> None:
    """
    No region is missing from a list: whatever the four digits behind the province are.
    """
    born = f"{day}".replace("-", "")
    number = f"{province}{place:04}19{born[2:]}{sequence:03}"
    if born.endswith("0229"):
        number = number[:6] + "19960229" + number[14:]
    number += check_character(number)

    found = found_by("cn_resident_id", f"客户{number}来电")

    assert [(number, number)] == found


@pytest.mark.parametrize("mistake", range(17))
def test_a_wrong_digit_is_not_taken_without_a_word_for_it(mistake: int) -> None:
    """
    The check character knows every single mistyped digit.
    """
    number = "110101199003078515"
    wrong = number[:mistake] + str((int(number[mistake]) + 1) % 10) + number[mistake + 1 :]

    assert [] == found_by("cn_resident_id", f"参数 {wrong} 无效")
