"""A Dockerfile as a test reads it: stages, and instructions with their words."""

import json
import shlex
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from tests.house.tree import ROOT

DOCKERFILE = ROOT / "deploy/Dockerfile"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of one stage; the stage's name is empty where it has none."""

    stage: str
    word: str
    text: str

    @property
    def words(self) -> list[str]:
        """Its arguments: those of an exec form, else parted as a shell would."""
        if self.text.startswith("["):
            listed: list[str] = json.loads(self.text)
            return listed
        return shlex.split(self.text)


def read_dockerfile(text: str | None = None) -> list[Instruction]:
    """Return the instructions in their order; comments and line breaks are gone."""
    lines = (DOCKERFILE.read_text("utf-8") if text is None else text).splitlines()
    joined = "\n".join(line for line in lines if not line.lstrip().startswith("#")).replace("\\\n", " ")
    instructions: list[Instruction] = []
    stage = ""
    for line in filter(None, map(str.strip, joined.splitlines())):
        word, _, rest = line.partition(" ")
        if word.upper() == "FROM":
            names = rest.split()
            stage = names[2] if [*map(str.upper, names[1:2])] == ["AS"] else ""
        instructions.append(Instruction(stage, word.upper(), rest.strip()))
    return instructions


def stages_of(instructions: list[Instruction]) -> dict[str, str]:
    """Return what each stage is built from, by its name."""
    return {one.stage: one.words[0] for one in instructions if one.word == "FROM"}


def copied(instructions: list[Instruction], stage: str) -> list[tuple[str, str]]:
    """Return what a stage copies from the build context, and whereto."""
    pairs: list[tuple[str, str]] = []
    for one in instructions:
        if (one.stage, one.word) == (stage, "COPY") and not one.text.startswith("--from"):
            *sources, target = one.words
            pairs += [(source, target) for source in sources]
    return pairs


def is_ignored(path: str, rules: str) -> bool:
    """
    Return whether .dockerignore keeps a path out of the build: the last rule that fits decides.

    A rule fits a path or a folder above it; `**/` fits at every depth.
    """
    ignored = False
    places = [path, *(str(above) for above in Path(path).parents if str(above) != ".")]
    for line in filter(None, map(str.strip, rules.splitlines())):
        if line.startswith("#"):
            continue
        rule = line.removeprefix("!").rstrip("/")
        tail = rule.removeprefix("**/")
        if any(
            fnmatch(place, rule) or (tail != rule and fnmatch(Path(place).name, tail)) for place in places
        ):
            ignored = not line.startswith("!")
    return ignored


def values_of(instructions: list[Instruction], stage: str, word: str) -> dict[str, str]:
    """Return the pairs of a stage's ENV or LABEL."""
    pairs = [pair for one in instructions if (one.stage, one.word) == (stage, word) for pair in one.words]
    return dict(pair.split("=", 1) for pair in pairs)
