"""The image's content, made by the very steps of deploy/Dockerfile, in a folder in place of a container."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.dockerfile import copied, is_ignored, read_dockerfile, values_of
from tests.house.tree import ROOT

_STEP_SECONDS = 600


@dataclass(frozen=True, slots=True)
class OwnImage:
    """
    What the last stage holds, below `root`.

    `inside` says where a path of the image stands on this machine.
    """

    root: Path

    def inside(self, text: str) -> str:
        """Return a text with the image's folders replaced by ours."""
        return re.sub(
            r"/(?=opt/|etc/deepseek|var/lib/deepseek|run/secrets|usr/share/doc/|src\b)", f"{self.root}/", text
        )

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the image sets."""
        return {
            name: self.inside(value) for name, value in values_of(read_dockerfile(), "gateway", "ENV").items()
        }

    @property
    def user(self) -> int:
        """The number that the image runs as; our own where we cannot become another."""
        if os.geteuid() != 0 or not self._is_open():
            return os.geteuid()
        return int(next(one.text for one in read_dockerfile() if one.word == "USER").partition(":")[0])

    def _is_open(self) -> bool:
        """Return whether other users may run its Python, which may stand in somebody's home."""
        python = Path(self.inside("/opt/gateway/bin/python")).resolve()
        return all(folder.stat().st_mode & 1 for folder in (python, *python.parents))


def build(root: Path) -> OwnImage:
    """Do what the Dockerfile says, stage by stage; raise when a step fails."""
    image = OwnImage(root)
    rules = (ROOT / ".dockerignore").read_text("utf-8")
    instructions = read_dockerfile()
    work = root
    # What every base image has.
    for folder in ("var/lib", "etc", "usr/share/doc", "tmp", "run/secrets"):
        (root / folder).mkdir(parents=True)
    for one in instructions:
        if one.word == "WORKDIR":
            work = Path(image.inside(one.text))
            work.mkdir(parents=True, exist_ok=True)
        elif one.word == "COPY" and not one.text.startswith("--from"):
            _copy(one.words, image, work, rules)
        elif one.word == "RUN":
            _run(image.inside(one.text), work)
    assert copied(instructions, "gateway")
    shutil.rmtree(root / "src")
    shutil.rmtree(root / "opt/build")
    return image


def _copy(words: list[str], image: OwnImage, work: Path, rules: str) -> None:
    *sources, target = words
    place = work / image.inside(target)
    for source in sources:
        origin = ROOT / source
        into = place / source if target.endswith("/") else place
        into.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, place, ignore=_ignoring(rules))
        else:
            shutil.copy(origin, into)


def _ignoring(rules: str) -> Callable[[str, list[str]], set[str]]:
    def ignored(folder: str, names: list[str]) -> set[str]:
        below = Path(folder).relative_to(ROOT)
        return {name for name in names if is_ignored(str(below / name), rules)}

    return ignored


def _interpreter() -> str:
    """Return a Python that other users may run too; else the one that runs this."""
    system = Path("/usr/bin/python3")
    question = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
    is_fit = system.exists() and not subprocess.run([system, "-c", question], check=False).returncode
    return str(system) if is_fit else sys.executable


def _run(command: str, work: Path) -> None:
    own = re.sub(r"^python ", f"{_interpreter()} ", command)
    if os.geteuid() != 0:
        # Only root gives a folder away; who is not root runs as himself.
        own = re.sub(r" -o \d+ -g \d+", "", own)
    ran = subprocess.run(
        ["sh", "-c", own], cwd=work, check=False, capture_output=True, text=True, timeout=_STEP_SECONDS
    )
    assert 0 == ran.returncode, f"{own}\n{ran.stderr[-2000:]}"
