"""One scanner for each set of wishes, however often policies are read."""

from collections import OrderedDict
from pathlib import Path

from gateway.redaction.detectors import Detector
from gateway.redaction.model_detector import ModelDetector
from gateway.redaction.rules import ModelRules, ProfileDocument
from gateway.redaction.scanner import Scanner, Wanted
from gateway.redaction.token_classifier import load_classifier

# A policy that changes leaves its old scanner behind; what is in use is used again.
_MOST = 32
_KNOWN: OrderedDict[str, Scanner] = OrderedDict()


def scanner_for(wanted: Wanted, model: ModelRules | None = None) -> Scanner:
    """Return the scanner of these wishes, built at the first time it is asked for."""
    name = f"{wanted!r} {model!r}"
    scanner = _KNOWN.get(name)
    if scanner is None:
        scanner = _KNOWN[name] = Scanner(wanted, _detectors(model))
        while len(_KNOWN) > _MOST:
            _KNOWN.popitem(last=False)
    _KNOWN.move_to_end(name)
    return scanner


def finder_for(document: ProfileDocument) -> Scanner:
    """Return who looks for what a profile wants; raise `DetectorFailed` or `ValueError` if nobody can."""
    wanted = Wanted(dictionaries=document.dictionaries, patterns=document.patterns, engine=document.engine)
    return scanner_for(wanted, document.model)


def _detectors(model: ModelRules | None) -> list[Detector]:
    if model is None:
        return []
    classifier = load_classifier(Path(model.folder))
    labels = model.labels or None
    return [ModelDetector(classifier, labels=labels, least_score=model.least_score)]
