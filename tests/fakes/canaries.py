"""Unique values planted where secrets and private texts stand, and a search for them in any writing."""

import base64
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path


class Canaries:
    """Plants values by name, and finds them again however they were written down."""

    def __init__(self) -> None:
        self._cores: dict[str, str] = {}

    def plant(self, name: str, frame: str = "{}") -> str:
        """Return a value for this place; the same one each time."""
        core = self._cores.setdefault(name, f"zq{secrets.token_hex(10)}")
        return frame.format(core)

    def plant_value(self, name: str, value: str) -> str:
        """Return the first value planted here; it has a form of its own and is unique as it is."""
        return self._cores.setdefault(name, value.lower())

    def found_in(self, data: bytes, *, but: Iterable[str] = ()) -> set[str]:
        """Return the names of the values that stand in these bytes, in any writing that is known here."""
        lower = data.lower()
        # A copy: threads that plant more run beside those that search.
        return {
            name
            for name, core in list(self._cores.items())
            if name not in but and any(form in lower or form in data for form in writings(core))
        }

    def found_under(self, folder: Path) -> dict[str, set[str]]:
        """Return what stands in the files of a folder, and in their names."""
        found = {
            str(path.relative_to(folder)): self.found_in(path.read_bytes() + path.name.encode())
            for path in folder.rglob("*")
            if path.is_file()
        }
        return {path: names for path, names in found.items() if names}


def writings(text: str) -> Sequence[bytes]:
    """Return a text as it may stand in a file: reversed, in hex, escaped, in base64 at any offset."""
    raw = text.encode()
    shifted = [base64.b64encode(b"\0" * offset + raw)[4 if offset else 0 : -4] for offset in range(3)]
    return (
        raw,
        raw[::-1],
        raw.hex().encode(),
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        "".join(f"%{byte:02x}" for byte in raw).encode(),
        "".join(f"\\u{byte:04x}" for byte in raw).encode(),
        *shifted,
        *[part.replace(b"+", b"-").replace(b"/", b"_") for part in shifted],
        base64.b32encode(raw)[:-8].lower(),
    )
