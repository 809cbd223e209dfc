"""Numbers of patients, records, admissions and visits, by the word before them."""

from gateway.redaction.labelled import CODE, anchors_for, pattern_for, taken_at_its_word
from gateway.redaction.recogniser import Recogniser

_LABELS = """
    病历号, 病历, 病案号, 病案, 住院号, 门诊号, 就诊号, 就诊卡, 诊疗卡, 挂号, 病人号, 病人id, 患者id,
    患者编号, 检查号, 放射号, 标本号, 病理号, 床位号, mrn, medical record, medical record number,
    medical record no, patient id, patient number, patient no, chart number, chart no, hospital number,
    hospital no, hosp no, encounter, case record, patientennummer, patienten id, patienten nr, fallnummer,
    aufnahmenummer, krankenakte
"""


def _is_long_enough(number: str) -> bool:
    return len(number) >= 4


RECOGNISER = Recogniser(
    name="medical_record",
    entity="MEDICAL_RECORD",
    anchors=anchors_for(_LABELS),
    pattern=pattern_for(_LABELS, CODE),
    judge=taken_at_its_word(0.85, _is_long_enough),
    reach=(1, 80),
)
