"""The keys of one tenant in this room, and what a model server is told of its users."""

import hmac
from base64 import b32encode

_NAME_CHARACTERS = 26
# Every reload may bring other rules.
_MOST_RULES = 64


class TenantKeys:
    """
    Keys that are derived from a tenant's data key, each for one purpose.

    `marks` tells values apart, `words` makes placeholders. `isolation` names
    the tenant to a model server, so that no two tenants share its cache; it
    says nothing about who the tenant is.
    """

    __slots__ = ("_memories", "_process_secret", "_users", "isolation", "marks", "root", "words")

    def __init__(self, root: bytes, process_secret: bytes = b"") -> None:
        self.root = root
        self._process_secret = process_secret
        self._memories: dict[str, bytes] = {}
        self.marks = _derived(root, b"marks")
        self.words = _derived(root, b"words")
        self._users = _derived(root, b"users")
        self.isolation = "t" + _name(_derived(root, b"isolation"))

    def memory(self, rules: str) -> bytes:
        """Return by which secret texts are remembered under these rules, in this process alone."""
        secret = self._memories.get(rules)
        if secret is None:
            if len(self._memories) >= _MOST_RULES:
                self._memories.clear()
            named = b"memory/" + rules.encode()
            secret = self._memories[rules] = _derived(self.root + self._process_secret, named)
        return secret

    def user(self, name: str) -> str:
        """Return the name under which a model server knows one of the tenant's users."""
        return "u" + _name(hmac.digest(self._users, name.encode("utf-8", "surrogatepass"), "sha256"))


def _derived(root: bytes, purpose: bytes) -> bytes:
    return hmac.digest(root, b"redaction/" + purpose, "sha256")


def _name(digest: bytes) -> str:
    return b32encode(digest).decode().lower()[:_NAME_CHARACTERS]
