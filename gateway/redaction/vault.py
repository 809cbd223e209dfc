"""What the tokens of one request stand for."""

from bisect import bisect_right


class Vault:
    """
    Tokens of this very request and the originals they stand for.

    It lives as long as its exchange and is kept nowhere: a token of another
    request, or one that somebody made up, stands for nothing.
    """

    __slots__ = ("_originals", "_sorted")

    def __init__(self) -> None:
        self._originals: dict[str, str] = {}
        self._sorted: list[str] | None = None

    def __len__(self) -> int:
        return len(self._originals)

    def __repr__(self) -> str:
        return f"Vault(of {len(self._originals)} tokens)"

    def keep(self, token: str, original: str) -> None:
        """Let a token stand for an original; what it stood for before is kept."""
        self._originals.setdefault(token, original)
        self._sorted = None

    def replace(self, token: str, original: str) -> None:
        """Let a token stand for an original, whatever it stood for before."""
        self._originals[token] = original
        self._sorted = None

    def original(self, token: str) -> str | None:
        """Return what a token stands for."""
        return self._originals.get(token)

    def has_beginning(self, text: str) -> bool:
        """Whether some token begins with this text and is longer."""
        tokens = self._sorted
        if tokens is None:
            tokens = self._sorted = sorted(self._originals)
        place = bisect_right(tokens, text)
        return place < len(tokens) and tokens[place].startswith(text)
