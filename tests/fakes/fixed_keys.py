"""Data keys of tenants, without a state store."""

import hashlib


class FixedKeys:
    """A key for every tenant, always the same until it is destroyed."""

    def __init__(self) -> None:
        self._generations: dict[str, int] = {}
        self._derived: dict[tuple[str, str], bytes] = {}

    def derive(self, owner: str, purpose: str) -> bytes:
        """Return the same bytes for the same owner and purpose, as `TenantKeys` does."""
        found = self._derived.get((owner, purpose))
        if found is None:
            said = f"{owner} {self._generations.get(owner, 0)} {purpose}"
            found = self._derived[owner, purpose] = hashlib.sha256(said.encode()).digest()
        return found

    def key_id(self, owner: str) -> str:
        """Name the key."""
        return hashlib.sha256(self.derive(owner, "id")).hexdigest()[:16]

    def destroy(self, owner: str) -> None:
        """Put another key in its place."""
        self._generations[owner] = self._generations.get(owner, 0) + 1
        self._derived = {place: key for place, key in self._derived.items() if place[0] != owner}
