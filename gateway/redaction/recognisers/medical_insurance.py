"""Numbers of health and social insurance and of policies, by the word before them."""

from gateway.redaction.labelled import CODE, anchors_for, pattern_for, taken_at_its_word
from gateway.redaction.recogniser import Recogniser

_LABELS = """
    医保卡, 医保号, 医保编号, 医保, 医疗保险, 医保个人编号, 社保卡, 社保号, 社会保障号, 社会保障卡,
    社会保险号, 参保号, 保险号, 保单号, 保险单号, 健康卡, 新农合, insurance number, insurance no,
    insurance id, insurance policy, member id, membership id, policy number, policy no, subscriber id,
    beneficiary id, medicare, medicaid, health card, health plan, versichertennummer,
    versicherungsnummer, versicherten nr, krankenversicherungsnummer, krankenversichertennummer, kvnr,
    krankenkasse
"""


def _is_long_enough(number: str) -> bool:
    return len(number) >= 6


RECOGNISER = Recogniser(
    name="medical_insurance",
    entity="MEDICAL_INSURANCE",
    anchors=anchors_for(_LABELS),
    pattern=pattern_for(_LABELS, CODE),
    judge=taken_at_its_word(0.85, _is_long_enough),
    reach=(1, 90),
)
