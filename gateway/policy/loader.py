"""Read a policy folder: files become documents, and every mistake is kept."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from gateway.policy.documents import (
    Documents,
    ModelsDocument,
    PlanDocument,
    TenantDocument,
    UpstreamsDocument,
)
from gateway.policy.errors import PolicyError
from gateway.policy.hints import nearest
from gateway.policy.shapes import read_shape
from gateway.policy.tree import Unreadable, read_tree
from gateway.policy.variables import expand_tree
from gateway.redaction.rules import ProfileDocument
from gateway.usage.rules import PricesDocument

_SINGLE: Mapping[str, type[Any]] = {
    "upstreams.yaml": UpstreamsDocument,
    "models.yaml": ModelsDocument,
    "prices.yaml": PricesDocument,
}
_OPTIONAL = frozenset({"prices.yaml"})
_FOLDERS: Mapping[str, type[Any]] = {
    "plans": PlanDocument,
    "tenants": TenantDocument,
    "redaction": ProfileDocument,
}
_LARGEST_BYTES = 4 * 1024 * 1024
_Document = TypeVar("_Document")


def load(directory: Path, environ: Mapping[str, str]) -> Documents:
    """Return what a policy folder holds; never raises for what is in it."""
    if reason := _closed(directory):
        said = f"is no folder that can be read ({reason}); name the policy folder in GATEWAY_POLICIES"
        return Documents(errors=(PolicyError(str(directory), "", said),))
    reader = _FolderReader(directory, environ)
    for name in _FOLDERS:
        reader.look_into(directory / name)
    for path in policy_files(directory):
        reader.read(path)
    return reader.documents()


def policy_files(directory: Path) -> list[Path]:
    """Return the YAML files of a policy folder and of the folders in it, hidden ones left out."""
    return sorted(
        path
        for pattern in ("*.y*ml", "*/*.y*ml")
        for path in directory.glob(pattern)
        if not any(part.startswith(".") for part in path.relative_to(directory).parts)
    )


class _FolderReader:
    """Sort the files of one folder into documents and mistakes."""

    def __init__(self, directory: Path, environ: Mapping[str, str]) -> None:
        self._directory = directory
        self._environ = environ
        self._read: dict[str, Any] = {}
        self._errors: list[PolicyError] = []
        self._seen: set[str] = set()

    def look_into(self, folder: Path) -> None:
        """Note a folder that is there and shows nothing: what it holds would seem not to exist."""
        reason = _closed(folder) if os.path.lexists(folder) else ""
        if reason:
            self._seen.add(f"{folder.name}/")
            self._errors.append(PolicyError(f"{folder.name}/", "", f"cannot be read ({reason})"))

    def read(self, path: Path) -> None:
        """Take in one file."""
        file = path.relative_to(self._directory).as_posix()
        self._seen.add(file)
        shape = _SINGLE.get(file) or (_FOLDERS.get(path.parent.name) if "/" in file else None)
        if shape is None or path.suffix != ".yaml":
            self._errors.append(PolicyError(file, "", _stray(path, file)))
            return
        document = self._document(path, file, shape)
        if document is not None:
            self._read[file] = document

    def documents(self) -> Documents:
        """Return all that was read."""
        missing = [
            PolicyError(file, "", "is missing; every policy folder has one")
            for file in _SINGLE
            if file not in self._seen and file not in _OPTIONAL
        ]
        return Documents(
            upstreams=self._read.get("upstreams.yaml"),
            models=self._read.get("models.yaml"),
            prices=self._read.get("prices.yaml"),
            plans=dict(self._of("plans/")),
            tenants=dict(self._of("tenants/")),
            redaction=dict(self._of("redaction/")),
            unread=frozenset(self._seen - self._read.keys()),
            errors=(*self._errors, *missing),
        )

    def _of(self, folder: str) -> Iterator[tuple[str, Any]]:
        for file, document in self._read.items():
            if file.startswith(folder):
                yield file.removeprefix(folder).removesuffix(".yaml"), document

    def _document(self, path: Path, file: str, shape: type[_Document]) -> _Document | None:
        try:
            tree = read_tree(file, _text(path, file))
        except Unreadable as unreadable:
            self._errors.extend(unreadable.errors)
            return None
        tree, unset = expand_tree(file, tree, self._environ)
        document, mistakes = read_shape(tree, shape)
        places = {error.key for error in unset}
        self._errors.extend(unset)
        # What an unset variable left empty is told once, as the unset variable.
        self._errors.extend(PolicyError(file, key, text) for key, text in mistakes if key not in places)
        return None if unset else document


def _closed(folder: Path) -> str:
    """Return why nobody can look into a folder, or nothing."""
    try:
        os.scandir(folder).close()
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or "no such name"
    return ""


def _text(path: Path, file: str) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            # To open a pipe waits for whoever writes into it, and nobody may.
            raise Unreadable([PolicyError(file, "", "cannot be read (it is no regular file)")])
        with path.open("rb") as opened:
            raw = opened.read(_LARGEST_BYTES + 1)
        if len(raw) > _LARGEST_BYTES:
            raise Unreadable([PolicyError(file, "", f"is larger than {_LARGEST_BYTES} bytes; split it")])
        return raw.decode("utf-8")
    except OSError as error:
        raise Unreadable([PolicyError(file, "", f"cannot be read ({error.strerror})")]) from error
    except UnicodeDecodeError as error:
        raise Unreadable(
            [PolicyError(file, f"byte {error.start}", "is not UTF-8; save the file as UTF-8")]
        ) from error


def _stray(path: Path, file: str) -> str:
    if path.suffix != ".yaml":
        return "is not read; policy documents end in .yaml"
    if "/" in file:
        return f"is not read by this version; {nearest(path.parent.name, _FOLDERS)}"
    return f"is not read by this version; {nearest(file, _SINGLE)}"
