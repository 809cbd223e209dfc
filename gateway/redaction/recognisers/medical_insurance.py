"""Numbers of health and social insurance and of policies, by the word before them."""

from gateway.redaction.labelled import anchors_for, has_digit, pattern_for, taken_at_its_word
from gateway.redaction.recogniser import Recogniser

_LABELS = """
    医保卡, 医保号, 医保编号, 医保, 医疗保险, 医保个人编号, 社保卡, 社保号, 社会保障号, 社会保障卡,
    社会保险号, 参保号, 保险号, 保单号, 保险单号, 健康卡, 新农合, insurance number, insurance no,
    insurance id, insurance policy, member id, membership id, policy number, policy no, subscriber id,
    beneficiary id, medicare, medicaid, health card, health plan, versichertennummer,
    versicherungsnummer, versicherten nr, krankenversicherungsnummer, krankenversichertennummer, kvnr,
    krankenkasse
"""

RECOGNISER = Recogniser(
    name="medical_insurance",
    entity="MEDICAL_INSURANCE",
    anchors=anchors_for(_LABELS),
    pattern=pattern_for(
        _LABELS, r"[A-Z]{0,5}[-_]?[0-9][0-9A-Z]{4,23}(?:[- ][0-9][0-9A-Z]{1,11}){0,3}(?![0-9A-Za-z])"
    ),
    judge=taken_at_its_word(0.85, has_digit),
    reach=(1, 90),
)
