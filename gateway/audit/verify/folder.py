"""The whole log in one folder: does it prove itself?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from gateway.audit.verify.finding import Broken, Finding, broken
from gateway.audit.verify.heads import KeptCheckpoint, Oath, read_oath
from gateway.audit.verify.segments import ExpiryClaim, walk_segments
from gateway.audit.verify.signatures import KeyHistory, key_history
from gateway.audit.verify.texts import KeptTexts
from gateway.audit.verify.walk import EXPLAINING, KeptRecord, WriterWalk

_PATIENCE = timedelta(seconds=60)
_SAID_SILENCES = 5
_EXPIRED = ("segment", "first_seq", "last_seq", "seal_sha256")


class NoLog(Exception):
    """The folder holds no log that could be checked."""


@dataclass(slots=True)
class LogReport:
    """
    What the check of a log found.

    `findings` are proofs that something is not as it was written; `notes` are
    what a reviewer should know although nothing is wrong.
    """

    records: int = 0
    writers: int = 0
    checkpoints: int = 0
    anchors: int = 0
    expired_segments: int = 0
    texts: int = 0
    sworn_until: str | None = None
    key: str | None = None
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing was found to be wrong."""
        return not self.findings


def verify_folder(
    folder: Path, *, pins: Sequence[str] = (), anchors: Sequence[KeptCheckpoint] = ()
) -> LogReport:
    """Check everything that a log claims; raise `NoLog` where there is none."""
    if not (folder / "writers").is_dir() and not (folder / "epochs.jsonl").is_file():
        raise NoLog(f"There is no audit log in {folder}: neither writers/ nor epochs.jsonl is there.")
    report = LogReport()
    try:
        keys = _keys(folder, pins)
        oath = read_oath(folder, keys, anchors)
    except Broken as failure:
        report.findings.append(failure.finding)
        oath = Oath()
        _walk_writers(folder, oath, report, is_sworn=False)
        return report
    report.checkpoints, report.anchors = oath.checkpoints, oath.kept
    report.key = keys.epochs[0].public
    report.sworn_until = oath.newest.time if oath.newest else None
    _walk_writers(folder, oath, report, is_sworn=True)
    _note(report, oath, pins)
    return report


def _keys(folder: Path, pins: Sequence[str]) -> KeyHistory:
    try:
        origin = (folder / "origin").read_text(encoding="utf-8").strip()
        lines = (folder / "epochs.jsonl").read_bytes().splitlines()
    except FileNotFoundError as error:
        raise broken(Path(error.filename).name, "the file is missing") from error
    except UnicodeDecodeError as error:
        raise broken("origin", "it is no name") from error
    return key_history(lines, pins, origin)


def _walk_writers(folder: Path, oath: Oath, report: LogReport, *, is_sworn: bool) -> None:
    claims: list[ExpiryClaim] = []
    walks: list[WriterWalk] = []
    texts = KeptTexts(folder)
    names = {path.name for path in (folder / "writers").glob("*") if path.is_dir()} | set(oath.heads)
    for writer in sorted(names):
        walk = WriterWalk(writer, oath.heads.get(writer, ()), texts=texts.take)
        walks.append(walk)
        try:
            claims += walk_segments(folder, walk)
            _check_end(walk)
        except Broken as failure:
            report.findings.append(failure.finding)
        _tell(walk, report)
    signed = _signed_until(walks, oath) if is_sworn else None
    report.findings += _left_out(walks, signed)
    said = _explaining(walks, signed, report)
    report.findings += _unexplained(claims, said)
    texts.explain(said)
    report.findings += texts.findings
    report.expired_segments, report.texts = len(claims), texts.checked
    report.records, report.writers = sum(walk.read for walk in walks), len(walks)


def _check_end(walk: WriterWalk) -> None:
    if (head := walk.missing()) is not None:
        what = f"records {walk.size} to {head.records - 1} are missing: head {head.number} swears to them"
        raise broken(f"writers/{walk.writer}", what, seq=walk.size)


def _signed_until(walks: Sequence[WriterWalk], oath: Oath) -> str | None:
    """
    Return the time of the last record that was signed, or of its checkpoint where the record has expired.

    Checkpoints keep their time while a clock that was put back comes up to it; records have their own.
    """
    if oath.newest is None:
        return None
    last = next((walk.sworn_time for walk in walks if walk.writer == oath.last_writer), "")
    return last or oath.newest.time


def _left_out(walks: Sequence[WriterWalk], signed: str | None) -> list[Finding]:
    """Return the records that no head swears to although later ones were signed."""
    return [
        Finding(
            f"writers/{walk.writer}",
            f"no head swears to records {walk.sworn} to {walk.size - 1}, though later ones were signed",
            seq=walk.sworn,
        )
        for walk in walks
        if signed and walk.size > walk.sworn and walk.last_time and _is_long_before(walk.last_time, signed)
    ]


def _is_long_before(time: str, newest: str) -> bool:
    """Return whether a record of that time should be signed when one of this time is."""
    try:
        return datetime.fromisoformat(newest) - datetime.fromisoformat(time) > _PATIENCE
    except ValueError:
        # A moment that no calendar has was written by nobody.
        return True


def _tell(walk: WriterWalk, report: LogReport) -> None:
    place = f"writers/{walk.writer}"
    if walk.torn_bytes:
        report.notes.append(
            f"{place}: the last line is not finished ({walk.torn_bytes} bytes); it was being written"
        )
    if walk.size > walk.sworn:
        report.notes.append(f"{place}: {walk.size - walk.sworn} records are newer than the last head")
    for where, seconds in walk.silences[:_SAID_SILENCES]:
        report.notes.append(f"{where}: {seconds} seconds of silence before this record")
    if len(walk.silences) > _SAID_SILENCES:
        report.notes.append(f"{place}: {len(walk.silences) - _SAID_SILENCES} more silences")


def _explaining(walks: Sequence[WriterWalk], signed: str | None, report: LogReport) -> list[KeptRecord]:
    """Return the records that say why something is gone: those that are sworn to, or too young for that."""
    found: list[KeptRecord] = []
    for walk in walks:
        for record in walk.kept:
            if record.event not in EXPLAINING:
                continue
            if record.seq >= walk.sworn and signed is not None:
                if _is_long_before(record.time, signed):
                    continue
                report.notes.append(
                    f"{record.file}, line {record.line}: this {record.event} is not signed yet; "
                    "in a log that nobody writes any more, nobody vouches for it"
                )
            found.append(record)
    return found


def _unexplained(claims: Sequence[ExpiryClaim], said: Sequence[KeptRecord]) -> list[Finding]:
    """Return the segments that are gone although no record says why."""
    expired = {
        # Logs of before have the name twice: last, and so read here, that of the one whose segment is gone.
        _text_of(facts.get("expired_writer", facts.get("writer")), *map(facts.get, _EXPIRED))
        for record in said
        if record.event == "log.expired"
        for facts in [record.facts()]
    }
    return [
        Finding(claim.file, "the file is missing, and no sworn log.expired says that it may be")
        for claim in claims
        if _text_of(claim.writer, claim.segment, claim.first_seq, claim.last_seq, claim.seal_sha256)
        not in expired
    ]


def _text_of(*parts: object) -> str:
    # As a text, because what somebody has altered may be of any kind.
    return repr(parts)


def _note(report: LogReport, oath: Oath, pins: Sequence[str]) -> None:
    if not pins:
        report.notes.append(
            "no key was pinned (--pin): the log agrees with itself, as one made anew with another key would"
        )
    if not report.anchors:
        report.notes.append(
            "no checkpoint kept elsewhere was given (--anchor), so a rollback would not be seen"
        )
    if oath.unsigned:
        report.notes.append(f"{oath.unsigned} heads are newer than the last checkpoint")
