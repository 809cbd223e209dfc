"""Other words in the place of values: one object for one request."""

import hmac
from collections.abc import Collection, Container, Iterable, Iterator, Sequence

from gateway.redaction.action import Action
from gateway.redaction.finding import Finding, Located
from gateway.redaction.placeholders import placeholder
from gateway.redaction.profile import Profile
from gateway.redaction.restorer import Restorer
from gateway.redaction.vault import Vault
from gateway.wire.json_text import is_json, stretches, value_of, written
from gateway.wire.texts import Form

_MOST_ATTEMPTS = 256


class ScopedMint:
    """Tokens of one scope, made from marks alone."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def digest(self, finding: Finding, attempt: int = 0) -> bytes:
        """Return 32 bytes that belong to this value in its scope; another attempt has others."""
        named = b"\0".join((b"digest", finding.entity.encode(), finding.mark, bytes((attempt,))))
        return hmac.digest(self._key, named, "sha256")

    def word(self, finding: Finding, attempt: int = 0) -> str:
        """Return the placeholder of this value."""
        return placeholder(self._key, finding.entity, finding.mark, attempt)


class Rewriting:
    """
    Rewrite the texts of a request, and fill the vault with what may come back.

    One value has one token wherever it stands. Two values that would get the
    same token, which is as good as impossible, get different ones, and none
    gets one that is `taken`, because the request itself holds it.
    """

    def __init__(
        self,
        profile: Profile,
        mint: ScopedMint,
        restorable: Container[bytes],
        for_calls: Collection[bytes] = (),
        taken: Container[str] = (),
    ) -> None:
        self._taken = taken
        self.vault = Vault()
        # What comes back in the calls of tools alone is kept apart.
        self.call_vault = Vault() if for_calls else self.vault
        self._for_calls = for_calls
        self._profile = profile
        self._mint = mint
        self._restorable = restorable
        self._tokens: dict[tuple[str, bytes], str] = {}
        self._owners: dict[str, bytes] = {}
        self._plain: set[str] = set()

    def rewrite(self, text: str, form: Form, located: Sequence[Located]) -> str:
        """Return a text with other words in the place of its findings, which are sorted and apart."""
        return "".join(self.pieces(text, form, located))

    def pieces(self, text: str, form: Form, located: Sequence[Located]) -> Iterator[str]:
        """Yield the same piece by piece, so that others can have their turn between them."""
        if form is Form.JSON and is_json(text):
            yield from self._json_pieces(text, located)
            return
        start = 0
        for one in located:
            yield text[start : one.start] + self._words(one, one.original or text[one.start : one.end])
            start = one.end
        yield text[start:]

    def _json_pieces(self, text: str, located: Sequence[Located]) -> Iterator[str]:
        start, last = 0, -1
        for found in stretches(text, [(one.start, one.end) for one in located]):
            if found is None:
                yield ""
                continue
            number, stretch = found
            words = "" if number == last else self._words(located[number], value_of(text, stretch))
            yield text[start : stretch.start] + written(words, stretch)
            start, last = stretch.end, number
        yield text[start:]

    def _words(self, one: Located, original: str) -> str:
        finding = one.finding
        action = self._profile.handling(finding.entity).action
        if one.is_rest or action.rewrite is None:
            return "" if one.is_rest else original
        if not action.restores:
            return action.rewrite(original, finding, self._mint, 0)
        token = self._token(action, original, finding)
        if finding.mark in self._restorable:
            self._remember((self.vault, self.call_vault), token, original, finding)
        elif finding.mark in self._for_calls:
            self._remember((self.call_vault,), token, original, finding)
        return token

    def mint(self, finding: Finding) -> None:
        """Make the token of a value that is going to have one."""
        action = self._profile.handling(finding.entity).action
        if action.restores:
            self._token(action, "", finding)

    def restored(self, text: str) -> str | None:
        """
        Return a text of an earlier answer as its caller was given it.

        None where it has a word of which this request does not know what it
        stands for. One that may not come back stays: the same value has the
        same word here.
        """
        shapes, place = self._profile.shapes, 0
        if self._profile.screens_answers:
            return None
        while (found := shapes.whole.search(text, place)) is not None:
            if found[0] not in self._owners:
                return None
            place = found.end()
        restorer = Restorer(self.vault, shapes)
        return restorer.feed(text, 0) + restorer.finish()

    def _token(self, action: Action, original: str, finding: Finding) -> str:
        """Return what stands for a value and may come back; how it is written makes no difference."""
        known = self._tokens.get((finding.entity, finding.mark))
        if known is not None:
            return known
        assert action.rewrite is not None  # noqa: S101 - its callers have looked
        for attempt in range(_MOST_ATTEMPTS):
            token = action.rewrite(original, finding, self._mint, attempt)
            if token not in self._taken and self._owners.setdefault(token, finding.mark) == finding.mark:
                break
        else:
            raise AssertionError("no word is left for a value")
        self._tokens[finding.entity, finding.mark] = token
        return token

    def _remember(self, vaults: Iterable[Vault], token: str, original: str, finding: Finding) -> None:
        """Let the token stand for the value as it is usually written, if it was so anywhere."""
        is_usual = finding.form == "plain" and token not in self._plain
        if is_usual:
            self._plain.add(token)
        for vault in vaults:
            if is_usual:
                vault.replace(token, original)
            else:
                vault.keep(token, original)
