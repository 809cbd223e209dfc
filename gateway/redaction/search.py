"""The one who looks through the texts of a request, and remembers what was found where."""

from collections.abc import Mapping, Sequence
from operator import attrgetter

from gateway.foundation.clock import Clock
from gateway.redaction.echoes import Echoes, KnownValues, TooCrowded
from gateway.redaction.failures import DetectorFailed
from gateway.redaction.finder import Search
from gateway.redaction.finding import Finding, Located
from gateway.redaction.memory import Findings, ScanMemory, text_key
from gateway.redaction.pace import STEP, Pace, reading
from gateway.redaction.placeholders import mark_of
from gateway.redaction.profile import Profile, is_chinese_writing, language_of, without
from gateway.redaction.readers import Readers
from gateway.redaction.seams import Seam, may_have_seams, seams_of
from gateway.redaction.spans import Span
from gateway.redaction.tenant_keys import TenantKeys
from gateway.wire.texts import HumanText

# What may hide its neighbour is looked at again in texts of up to so many characters.
_LOOKED_AT_AGAIN = 16_384
_NOTHING: tuple[Finding, ...] = ()
_MOST_LOOKS = 4
# By what a text is known is told in pieces, which cost so little.
_KEYED_AT_ONCE, _WORK_OF_A_KEY = 262_144, 64
_FEW = 256
_SHORT, _MOMENTS_PER_TRY = 4_096, 64
_start = attrgetter("start")
_text = attrgetter("text")


class SearchFailed(Exception):
    """Nobody can say what the request holds; `reason` is `error`, `time` or `size`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Searcher:
    """Find the private values of many texts, each text but once."""

    def __init__(self, memory: ScanMemory, clock: Clock) -> None:
        self.memory = memory
        self.clock = clock
        self.readers = Readers()

    async def search(
        self, texts: Sequence[HumanText], profile: Profile, keys: TenantKeys, pace: Pace
    ) -> list[list[Located]]:
        """Return what stands where in each text, or nothing at all; raise `SearchFailed`."""
        if sum(map(len, map(_text, texts))) > profile.bounds.characters:
            raise SearchFailed("size")
        look = _Look(self, profile, keys, pace)
        found = [await look.through(text.text) for text in texts]
        seams = await look.at_seams(texts) if len(texts) > _FEW or may_have_seams(texts) else []
        if not (seams or any(found)):
            return []
        located = await look.everywhere(texts, found)
        for seam, findings in seams:
            for one in findings:
                _sew(located, seam, one)
            await pace.rest(1)
        if sum(map(len, located)) > profile.bounds.findings:
            raise SearchFailed("size")
        return located


class _Look:
    """One walk over the texts of one request."""

    def __init__(self, searcher: Searcher, profile: Profile, keys: TenantKeys, pace: Pace) -> None:
        self._memory = searcher.memory
        self._clock = searcher.clock
        self._readers = searcher.readers
        self._profile = profile
        self._marks = keys.marks
        self._secret = keys.memory(profile.identity)
        self._deadline = searcher.clock.monotonic() + profile.bounds.seconds
        self._pace = pace

    async def through(self, text: str) -> Findings:
        """Return what is private in one text."""
        if not text:
            return _NOTHING
        key = text_key(self._secret, text) if len(text) <= _KEYED_AT_ONCE else await self._key(text)
        if self._pace.is_due(1):
            await self._pace.rest(0)
        findings = self._memory.recall(key)
        if findings is None:
            spans = await self._spans(text)
            findings = await self._findings(text, spans) if spans else _NOTHING
            self._memory.keep(key, findings)
        return findings

    async def at_seams(self, texts: Sequence[HumanText]) -> list[tuple[Seam, Findings]]:
        """Return what is private where one text may go on in the next."""
        found: list[tuple[Seam, Findings]] = []
        for seam in seams_of(texts):
            if seam is not None:
                found.append((seam, await self.through(seam.text)))
            await self._pace.rest(1)
        return found

    async def _key(self, text: str) -> bytes:
        """Return by what a long text is known here: by what its pieces are known by."""
        keys: list[bytes] = []
        for start in range(0, len(text), _KEYED_AT_ONCE):
            keys.append(text_key(self._secret, text[start : start + _KEYED_AT_ONCE]))
            await self._rest(_WORK_OF_A_KEY)
        return text_key(self._secret, b"".join(keys).hex())

    async def everywhere(self, texts: Sequence[HumanText], found: Sequence[Findings]) -> list[list[Located]]:
        """Return where the findings stand, and wherever else their values do."""
        values = KnownValues()
        for text, findings in zip(texts, found, strict=True):
            for one in findings:
                values.add(text.text[one.start : one.end], one)
                await self._rest(1)
        known = values.chosen()
        located: list[list[Located]] = []
        for text, findings in zip(texts, found, strict=True):
            places: list[Located] = []
            for one in await self._with_echoes(text.text, findings, known):
                places.append(Located(one.start, one.end, one))
                await self._rest(1)
            located.append(places)
        return located

    async def _with_echoes(
        self, text: str, findings: Findings, known: Mapping[str, Finding]
    ) -> Sequence[Finding]:
        echoes = Echoes(text, findings)
        if len(text) <= _SHORT:
            # In a short text a value mostly is not, and that is told in a moment.
            await self._rest(1 + len(known) // _MOMENTS_PER_TRY)
            known = {value: finding for value, finding in known.items() if value in text}
        try:
            for value, finding in known.items():
                for work in echoes.look_for(value, finding):
                    await self._rest(work)
        except TooCrowded as crowd:
            raise SearchFailed("size") from crowd
        return echoes.findings

    async def _spans(self, text: str) -> Sequence[Span]:
        """
        Look; then, in a short text, look again without what was found.

        A value may have hidden its neighbour.
        """
        profile, is_short = self._profile, len(text) <= _LOOKED_AT_AGAIN
        rest = profile.replacements.blanked(text) if len(text) <= _SHORT else await self._blanked(text)
        found: list[Span] = []
        for _ in range(_MOST_LOOKS if is_short else 1):
            spans = await self._look(rest)
            if not spans:
                break
            found += spans
            if is_short:
                rest = without(rest, spans)
        return sorted(found, key=_start)

    async def _blanked(self, text: str) -> str:
        pieces: list[str] = []
        for piece in self._profile.replacements.blanked_pieces(text):
            pieces.append(piece)
            await self._rest(reading(len(piece)))
        return "".join(pieces) if len(pieces) > 1 else pieces[0]

    async def _look(self, text: str) -> Sequence[Span]:
        profile = self._profile
        try:
            scan = profile.finder.begin(text)
            # A model reads for a long time, and the loop has others to serve.
            while await self._read(scan) if profile.has_model else scan.advance():
                await self._rest(STEP)
        except DetectorFailed as error:
            raise SearchFailed("error") from error
        except TimeoutError as error:
            raise SearchFailed("time") from error
        if self._pace.is_due(2 * reading(len(text)) + scan.tried):
            await self._rest(0)
        return scan.spans

    async def _read(self, scan: Search) -> bool:
        return await self._readers.read(scan.advance, self._profile.bounds.seconds)

    async def _rest(self, work: int) -> None:
        """Let others have their turn after so much work, if there was much."""
        if await self._pace.rest(work) and self._clock.monotonic() > self._deadline:
            raise SearchFailed("time")

    async def _findings(self, text: str, spans: Sequence[Span]) -> Findings:
        profile, language = self._profile, language_of(text)
        findings: list[Finding] = []
        for span in spans:
            await self._rest(1)
            written = text[span.start : span.end]
            if profile.concerns(span, written, language):
                mark, is_chinese = (
                    mark_of(self._marks, span.entity, span.canonical),
                    is_chinese_writing(written),
                )
                findings.append(Finding(span.start, span.end, span.entity, mark, span.form, is_chinese))
        return tuple(findings)


def _sew(located: list[list[Located]], seam: Seam, one: Finding) -> None:
    """Put a value, if it crosses the seam, in all its texts, unless one of them holds a whole value there."""
    (first, start, end), *others = seam.pieces(one.start, one.end)
    if not others:
        return
    if located[first] and located[first][-1].end > start:
        return
    if any(located[place] and located[place][0].start < stop for place, _, stop in others):
        return
    whole = seam.text[one.start : one.end]
    located[first].append(Located(start, end, one, whole))
    for place, begin, stop in others:
        located[place].insert(0, Located(begin, stop, one, whole, is_rest=True))
