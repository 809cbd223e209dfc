"""What has to be true of deploy/Dockerfile; each rule yields what breaks it."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.deploy.dockerfile import Instruction, copied, is_ignored, stages_of, values_of

LAST = "gateway"

_PINNED = re.compile(r"[a-z0-9./_-]+:\d+\.\d+\.\d+-[a-z0-9.-]+(@sha256:[0-9a-f]{64})?")
_BUILDERS_ONLY = re.compile(r"\b(apt|apt-get|gcc|pip|curl|wget)\b")


def image_faults(instructions: list[Instruction], root: Path) -> list[str]:
    """Return everything that is wrong with this Dockerfile in that folder."""
    rules = (_stages, _sources, _installing, _running)
    return [fault for rule in rules for fault in rule(instructions, root)]


def _stages(instructions: list[Instruction], _root: Path) -> Iterator[str]:
    stages = stages_of(instructions)
    if "" in stages:
        yield "FROM: a stage has no name"
    for name, image in stages.items():
        if image not in stages and not _PINNED.fullmatch(image):
            yield f"FROM: {name} begins at {image}, which is not pinned"
    if list(stages)[-1:] != [LAST]:
        yield f"FROM: the last stage is not {LAST}"
    for one in instructions:
        source = re.match(r"--from=(\S+)", one.text)
        if source and source[1] not in stages:
            yield f"COPY: there is no stage {source[1]}"


def _sources(instructions: list[Instruction], root: Path) -> Iterator[str]:
    rules = (root / ".dockerignore").read_text("utf-8")
    for stage in stages_of(instructions):
        for source, _ in copied(instructions, stage):
            if not (root / source).exists():
                yield f"COPY: {source} does not exist"
            if is_ignored(source, rules):
                yield f"COPY: {source} is ignored"
    if not all(
        is_ignored(path, rules) for path in ("secrets/master_key.txt", "state/state.db", ".git/config")
    ):
        yield "context: secrets or state would be sent to the engine"


def _installing(instructions: list[Instruction], _root: Path) -> Iterator[str]:
    for one in instructions:
        if one.word != "RUN":
            continue
        if " -r " in f" {one.text} " and not {"--require-hashes", "--only-binary"} <= set(one.words):
            yield f"RUN: installs without hashes, or compiles: {one.text}"
        if one.stage == LAST and _BUILDERS_ONLY.search(one.text):
            yield f"RUN: the last stage has what only a builder needs: {one.text}"
    if not any("--without-pip" in one.words for one in instructions if one.word == "RUN"):
        yield "RUN: the gateway's environment has a pip"


def _running(instructions: list[Instruction], _root: Path) -> Iterator[str]:
    last = {one.word: one for one in instructions if one.stage == LAST}
    user = last["USER"].text if "USER" in last else ""
    if not re.fullmatch(r"[1-9]\d+:[1-9]\d+", user):
        yield f"USER: {user!r} is no number but root's"
    for word in ("ENTRYPOINT", "CMD"):
        if word not in last or not last[word].text.startswith("["):
            yield f"{word}: is not in the exec form, so that signals do not arrive"
    check = last["HEALTHCHECK"].text.partition("CMD ")[2] if "HEALTHCHECK" in last else ""
    if not check.startswith("["):
        yield "HEALTHCHECK: is not there in the exec form"
    if "STOPSIGNAL" not in last or last["STOPSIGNAL"].text != "SIGTERM":
        yield "STOPSIGNAL: is not SIGTERM"
    environ = values_of(instructions, LAST, "ENV")
    targets = {target for _, target in copied(instructions, LAST)}
    if environ.get("GATEWAY_POLICIES") not in targets:
        yield "ENV: the policies are elsewhere"
    state = environ.get("GATEWAY_STATE_DIR", "none")
    owner = f"-o {user.partition(':')[0]} "
    if not any(state in one.words and owner in one.text for one in instructions if one.word == "RUN"):
        yield "RUN: the state folder is not the user's"
